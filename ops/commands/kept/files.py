"""`deadstop files`."""

import sys

import click

from ops.options import ListedThings, json_option, target_options
from ops.target import Target


@click.group(cls=ListedThings)
def command() -> None:
    """Files of your own, which you alone ask about: lists them, and deletes one. `deadstop upload` gives one."""


@command.command("list")
@target_options
@json_option
def list_(target: Target, as_json: bool) -> None:
    """List them.

    Each with its size and what it is called in SQL.
    """
    import asyncio

    import msgspec

    from ops.actions.kept.files import read_files
    from ops.format import clean, size
    from ops.render.console import narration, output, print_json
    from ops.render.tables import giving_way, plain_table

    files = asyncio.run(read_files(target))
    table = plain_table("NAME", "SIZE", "TABLES", flexible=("NAME", "TABLES"))
    for one in files:
        name, tables = (giving_way(clean(cell)) for cell in (one.name, ", ".join(one.tables)))
        table.add_row(name, size(one.size_bytes), tables)
        if as_json:
            print_json(msgspec.to_builtins(one))
    if not files:
        narration().print("you have no files here; `deadstop upload FILE` gives one")
    elif not as_json:
        output().print(table)


@command.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@target_options
def delete(target: Target, name: str, yes: bool) -> None:
    """Delete one.

    Answers over it stay as they are.
    """
    import asyncio

    from ops.actions.kept.files import remove_file
    from ops.render.console import narration

    if not yes and not sys.stdin.isatty():
        raise click.UsageError(f"say --yes to delete {name!r} where nobody can be asked")
    if not yes:
        click.confirm(f"Delete {name!r}? Answers over it stay.", abort=True, err=True)
    asyncio.run(remove_file(target, name))
    narration().print("deleted")
