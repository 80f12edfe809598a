"""Options that many commands share, and the settings that follow from them."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ops.target import STATES, Filters, Target

F = TypeVar("F", bound=Callable[..., Any])


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
