"""`deadstop shares`."""

import click

from ops.options import ListedThings, json_option, target_options
from ops.target import Target


@click.group(cls=ListedThings)
def command() -> None:
    """The links to your answers: lists and ends them."""


@command.command("list")
@target_options
@json_option
def list_(target: Target, as_json: bool) -> None:
    """List them, the latest first."""
    import asyncio
    import time

    import msgspec

    from ops.actions.kept.share import link_of, read_shares
    from ops.format import ago, one_line
    from ops.render.console import narration, output, print_json
    from ops.render.tables import giving_way, plain_table

    shares = asyncio.run(read_shares(target))
    public = ["PUBLIC"] if any(share.public for share in shares) else []
    table = plain_table("LINK", "TITLE", *public, "ANSWERS", "AGE", numbers=("ANSWERS", "AGE"), flexible=("TITLE",))
    for share in shares:
        cells = ["yes" if share.public else "" for _ in public]
        age = ago(share.created_at, time.time())
        # A whole address would have no room; `--json` has it.
        table.add_row(f"/s/{share.share_id}", giving_way(one_line(share.title, 120)), *cells, str(share.answers), age)
        if as_json:
            print_json({**msgspec.to_builtins(share), "link": link_of(target, share)})
    if not shares:
        narration().print("nothing is shared")
    elif not as_json:
        output().print(table)


@command.command()
@click.argument("share")
@target_options
def end(target: Target, share: str) -> None:
    """End one.

    SHARE is its address or its id; nothing can be read by it any more.
    """
    import asyncio

    from ops.actions.kept.share import end_share
    from ops.render.console import narration

    asyncio.run(end_share(target, share))
    narration().print("the link is ended")
