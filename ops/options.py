"""Options that many commands share, and the settings that follow from them."""

import difflib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from bus.contract.vocabulary import State
from ops.target import Filters, Target

F = TypeVar("F", bound=Callable[..., Any])

STATES = [state.value for state in State]


def seconds(ctx: click.Context, param: click.Parameter, text: str | None) -> float | None:
    """A time span such as 90, 90s, 10m, 2h or 1d, in seconds."""
    if text is None:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", text.strip())
    if found is None:
        raise click.BadParameter(f"{text!r} is no time span; write it as 90s, 10m, 2h or 1d", ctx, param)
    return float(found[1]) * {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}[found[2]]


config_option = click.option(
    "--config",
    envvar="DEADSTOP_CONFIG",
    type=click.Path(path_type=Path, resolve_path=True),
    help="Settings file (TOML); see config.toml.",
)
state_dir_option = click.option("--state-dir", metavar="DIR", help="State folder of the server on this machine.")
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


def target_options(command: F) -> F:
    """`--config --state-dir --url --token`, which arrive as `target`."""
    return _gathered(
        command,
        "target",
        Target,
        {
            "config": config_option,
            "state_dir": state_dir_option,
            "url": click.option("--url", envvar="DEADSTOP_URL", default="", help="Address of a gateway anywhere."),
            "token": click.option("--token", envvar="DEADSTOP_TOKEN", default="", help="Token for that gateway."),
        },
    )


def filter_options(command: F) -> F:
    """`--user --state --agent --older-than`, which arrive as `filters`."""
    return _gathered(
        command,
        "filters",
        Filters,
        {
            "user": click.option("--user", default="", help="Only this user's jobs."),
            "state": click.option(
                "--state",
                type=click.Choice(STATES),
                metavar="STATE",
                help=f"Only jobs in this state: {', '.join(STATES)}.",
            ),
            "agent": click.option("--agent", default="", help="Only this agent's jobs."),
            "older_than_s": click.option(
                "--older-than",
                "older_than_s",
                metavar="TIME",
                callback=seconds,
                help="Only jobs asked at least so long ago: 90s, 10m, 2h, 1d.",
            ),
        },
    )


class Subcommands(click.Group):
    """A group that says which commands it has where one is none of them."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        found = super().get_command(ctx, cmd_name)
        if found is None and not ctx.resilient_parsing:
            near = difflib.get_close_matches(cmd_name, self.commands, 1)
            meant = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(self.commands)}"
            raise click.UsageError(f"there is no command {cmd_name!r} of `{ctx.command_path}`{meant}", ctx)
        return found


class ListedThings(Subcommands):
    """A group of commands on things that are kept: without one of them it lists these."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names):
            args = ["list", *args]
        return super().parse_args(ctx, args)


def _gathered(command: F, name: str, kind: Callable[..., Any], options: dict[str, Any]) -> F:
    """Several options that reach the command as one argument."""

    def gather(**given: Any) -> Any:
        fields = {field: given.pop(field) for field in options}
        return command(**{name: kind(**fields)}, **given)

    gather.__name__, gather.__doc__ = command.__name__, command.__doc__
    # Options that were declared nearer to the function stand on it already.
    gather.__click_params__ = list(getattr(command, "__click_params__", []))  # type: ignore[attr-defined]
    wrapped: Any = gather
    for option in reversed(options.values()):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]
