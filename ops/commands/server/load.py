"""`deadstop load`."""

import sys
from pathlib import Path

import click

from ops.options import json_option, target_options
from ops.target import Target


@click.command()
@click.option("--clients", default=200, show_default=True, help="WebSocket clients; at most 5000.")
@click.option("--seconds", default=30.0, show_default=True, help="How long questions are asked; at most an hour.")
@click.option(
    "--think", "think_s", default=20.0, show_default=True, help="Seconds between a client's questions, on average."
)
@click.option("--jobs", default=200, show_default=True, help="Jobs that the test's own server runs at once.")
@click.option("--mix", default="", metavar="AGENT=WEIGHT,...", help="Who is asked, how often. Default: by the server.")
@click.option("--stops", default=0.1, show_default=True, type=click.FloatRange(0, 1), help="Share that is stopped.")
@click.option(
    "--leaves",
    default=0.03,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="Share whose connection is lost, and comes back.",
)
@click.option(
    "--reloads", default=0.03, show_default=True, type=click.FloatRange(0, 1), help="Share that reloads the page."
)
@click.option(
    "--dawdles",
    default=0.03,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="Share that reads slowly for a while.",
)
@click.option(
    "--stop-within", "stop_within_s", default=3.0, show_default=True, help="Bound from a stop to its proof, in seconds."
)
@click.option("--seed", default=1, show_default=True, help="The same seed asks the same questions at the same times.")
@click.option("--page", type=click.Path(path_type=Path, dir_okay=False), help="Write a page with plots to this file.")
@click.option("--i-own-this-server", "owned", is_flag=True, help="Allow a --url that is not on this machine.")
@target_options
@json_option
def command(
    target: Target,
    clients: int,
    seconds: float,
    think_s: float,
    jobs: int,
    mix: str,
    stops: float,
    leaves: float,
    reloads: float,
    dawdles: float,
    stop_within_s: float,
    seed: int,
    page: Path | None,
    owned: bool,
    as_json: bool,
) -> None:
    """Load a server with clients that ask, stop, leave and come back, and check all the while that nothing is lost.

    Without --url it starts a server of its own on this machine, and looks afterwards whether anything of it is left.

    Exit codes: 0 every invariant held, 1 one was broken.
    """
    import asyncio

    from ops.load.entry import Wanted, load, read_mix
    from ops.load.plan import LoadPlan, Proportions
    from ops.load.report.summary import text
    from ops.render.console import print_json

    shares = Proportions(stops, leaves, reloads, dawdles)
    plan = LoadPlan(clients, seconds, think_s, read_mix(mix, own=not target.url), shares, seed, stop_within_s)
    report = asyncio.run(load(Wanted(target, plan, jobs, owned), sys.stderr))
    if page is not None:
        from ops.load.report.page import html

        page.write_text(html(report), encoding="utf-8")
        click.echo(f"the page is {page}", err=True)
    if as_json:
        print_json(report)
    else:
        click.echo(text(report))
    sys.exit(1 if report.broken else 0)
