"""`deadstop share`."""

import click

from bus.values.counts import counted
from ops.options import json_option, target_options
from ops.target import Target


@click.command()
@click.argument("jobs", nargs=-1, required=True)
@click.option("--public", is_flag=True, help="Who has the link needs not sign in, where the server allows that.")
@target_options
@json_option
def command(target: Target, jobs: tuple[str, ...], public: bool, as_json: bool) -> None:
    """Make a link by which others read the answers of JOBS, which are yours, have ended, and are of one conversation.

    The link holds as long as the server keeps the answers, or until `deadstop shares end`.
    """
    import asyncio

    import msgspec

    from ops.actions.kept.share import link_of, make_share
    from ops.render.console import narration, output, print_json

    share = asyncio.run(make_share(target, jobs, public=public))
    link = link_of(target, share)
    if as_json:
        print_json({**msgspec.to_builtins(share), "link": link})
        return
    output().print(link, soft_wrap=True, markup=False, highlight=False)
    whose = "anybody who has it" if share.public else "who can sign in"
    where = "" if target.url else "; put the server's address before it"
    answers = counted(share.answers, "answer")
    narration().print(f"{answers} can be read by {whose}{where}")
