"""`deadstop load`: finds the server, or starts one, and runs the test against it."""

from dataclasses import dataclass
from typing import TextIO
from urllib.parse import urlsplit

from ops.errors import EXIT_USAGE, OpsError
from ops.load.plan import LoadPlan, check_plan
from ops.load.report.summary import LoadReport, Second
from ops.load.run import LoadTest
from ops.load.server import own_server
from ops.load.streams import Broken
from ops.serve.listener import is_loopback
from ops.target import Target

MAX_JOBS = 1_000
OWN_MIX = "chats=12,floods=2,sql=4,parquet=1,hangs=1"
ANY_MIX = "sql=4,parquet=1"
"""What every server offers."""


@dataclass(frozen=True)
class Wanted:
    """Which server, what is done to it; `jobs` run at once on a server of our own."""

    target: Target
    plan: LoadPlan
    jobs: int
    owned: bool


def read_mix(text: str, *, own: bool) -> dict[str, float]:
    """`AGENT=WEIGHT,...`. Raises `OpsError`."""
    mix: dict[str, float] = {}
    for part in filter(None, (text or (OWN_MIX if own else ANY_MIX)).split(",")):
        name, _, weight = part.partition("=")
        try:
            mix[name.strip()] = float(weight or 1)
        except ValueError:
            raise OpsError(f"--mix: {weight!r} is no weight; write chats=3,sql=1", EXIT_USAGE) from None
    if any(weight < 0 for weight in mix.values()) or not sum(mix.values()):
        raise OpsError("--mix: weights are above zero; write chats=3,sql=1", EXIT_USAGE)
    return mix


async def load(wanted: Wanted, narrate: TextIO) -> LoadReport:
    """Raises `OpsError` for a plan that is out of bounds, or a server that is not one's own or cannot be reached."""
    check_plan(wanted.plan)
    if not 0 < wanted.jobs <= MAX_JOBS:
        raise OpsError(f"--jobs is {wanted.jobs}, it must be above 0 and at most {MAX_JOBS:,}", EXIT_USAGE)
    broken, say = Broken(), _Progress(narrate)
    if wanted.target.url:
        base, token = wanted.target.address()
        _must_be_ours(base, wanted.owned)
        report = await LoadTest(wanted.plan, base, token, broken, say).run()
        say.done()
        return report
    settings = wanted.target.settings()
    async with own_server(wanted.target.config, settings, wanted.plan, wanted.jobs, broken) as server:
        report = await LoadTest(wanted.plan, server.url, server.token, broken, say).run(server.memory_mib)
        say.done()
    return report.with_broken(broken)


def _must_be_ours(base: str, owned: bool) -> None:
    host = urlsplit(base).hostname or ""
    if not owned and not is_loopback(host):
        raise OpsError(
            f"{host} is another machine, and a load test can take a server down; "
            "if it is yours, say so with --i-own-this-server",
            EXIT_USAGE,
        )


class _Progress:
    """One line that is written over on a terminal, one line every ten seconds elsewhere."""

    def __init__(self, narrate: TextIO) -> None:
        self._narrate = narrate
        self._live = narrate.isatty()

    def __call__(self, second: Second) -> None:
        words = (
            f"{second.at:5.0f} s  {second.open:5,} open  {second.asked:4,} asked  {second.ended:4,} ended  "
            f"{second.chunks:8,} chunks/s"
        )
        if self._live:
            self._narrate.write(f"\r{words}  ")
        elif round(second.at) % 10 == 0:
            self._narrate.write(f"{words}\n")
        self._narrate.flush()

    def done(self) -> None:
        """What follows begins on a line of its own."""
        if self._live:
            self._narrate.write("\n")
