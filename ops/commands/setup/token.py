"""`deadstop token`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ops.options import Subcommands, config_option, json_option, state_dir_option
from ops.target import read_settings

if TYPE_CHECKING:
    from bus.contract.settings import Settings

ROLES = ["user", "operator"]


@click.group(cls=Subcommands)
def command() -> None:
    """Who may come in: makes, lists and revokes tokens. Changes count at once, without a restart."""


@command.command()
@click.argument("name")
@click.option("--user", default="", help="Whom the token stands for. Default: NAME.")
@click.option(
    "--role",
    type=click.Choice(ROLES),
    default="user",
    show_default=True,
    help="A user sees and stops their own jobs, an operator all.",
)
@config_option
@state_dir_option
@json_option
def create(name: str, user: str, role: str, config: Path | None, state_dir: str | None, as_json: bool) -> None:
    """Make a token.

    It is printed this one time: only its hash is kept.
    """
    from bus.contract.vocabulary import Role
    from bus.tokens import create_token
    from ops.render.console import narration, output, print_json

    _, folder = _place(config, state_dir)
    token = create_token(folder, name, user or name, Role(role))
    if as_json:
        print_json({"name": name, "user": user or name, "role": role, "token": token})
        return
    output().print(token, soft_wrap=True)
    narration().print(f"token `{name}` stands for {user or name} ({role}); keep it, it is not shown again")


@command.command("list")
@config_option
@state_dir_option
@json_option
def list_(config: Path | None, state_dir: str | None, as_json: bool) -> None:
    """List the tokens.

    Those that were made, and those of the settings, which have no name.
    """
    import time

    from bus.tokens import read_tokens
    from ops.format import ago
    from ops.render.console import narration, output, print_json
    from ops.render.tables import plain_table

    settings, folder = _place(config, state_dir)
    rows: list[tuple[str, str, str, float | None]]
    rows = [(token.name, token.user, str(token.role), token.created_at) for token in read_tokens(folder)]
    rows += [("", entry.user, entry.role, None) for entry in settings.auth.tokens]
    table = plain_table("NAME", "USER", "ROLE", "AGE", numbers=("AGE",))
    for name, user, role, created_at in rows:
        if as_json:
            print_json({"name": name, "user": user, "role": role, "created_at": created_at})
        table.add_row(name or "(settings)", user, role, ago(created_at, time.time()) if created_at else "")
    if not rows:
        narration().print("no tokens; `serve` makes one at each start")
    elif not as_json:
        output().print(table)


@command.command()
@click.argument("name")
@config_option
@state_dir_option
def revoke(name: str, config: Path | None, state_dir: str | None) -> None:
    """Forget a token.

    Who has it can come in no more.
    """
    from bus.tokens import revoke_token
    from ops.render.console import narration

    _, folder = _place(config, state_dir)
    revoked = revoke_token(folder, name)
    narration().print(f"token `{revoked.name}` of {revoked.user} ({revoked.role}) is revoked")


def _place(config: Path | None, state_dir: str | None) -> "tuple[Settings, Path]":
    from bus.address import state_folder

    settings = read_settings(config, {"supervisor.state_dir": state_dir})
    return settings, state_folder(settings.supervisor.state_dir)
