"""What a million rows and a long answer cost the page, from Chromium's own performance entries, as JSON.

python -m bench.page [--runs N]    Needs Chromium, and the page built.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from playwright.async_api import async_playwright

from bench.harness.figures import Figure, Result, spread
from bench.harness.machine import machine, revision, versions
from tests.browser.harness.performance import LONG_BLOCKS, MILLION_ROWS, Cost, cost_of, long_answer, work_of
from tests.browser.harness.servers import NO_MODEL, zoo
from tests.browser.harness.tab import Tab
from tests.browser.harness.visits import CHROMIUM, SWITCHES, Visits
from tests.browser.harness.work import Work
from tests.e2e.cli_runner import serving

ANSWERS = {
    "200 kB at 500 chunks/s": long_answer(),
    **{f"200 kB at 500 chunks/s, one {kind}": long_answer(kind) for kind in LONG_BLOCKS},
}


async def page(runs: int) -> list[Figure]:
    """Measure the page; each run has a server and a browser profile of its own."""
    rows = [await _run(NO_MODEL, MILLION_ROWS) for _ in range(runs)]
    answers = {kind: [await _run(zoo(), question) for _ in range(runs)] for kind, question in ANSWERS.items()}
    return [
        *_figures("1,000,000 rows", rows, {"longest block": 100.0, "longest time on a processor": 100.0}),
        Figure(
            "page, 1,000,000 rows: heap", "MB", spread([cost.heap_mb for cost, _ in rows]), targets={"median": 200.0}
        ),
        *(
            figure
            for kind, found in answers.items()
            for figure in _figures(kind, found, {"longest frame": 50.0, "longest time on a processor": 50.0})
        ),
    ]


def _figures(what: str, runs: Sequence[tuple[Cost, Work]], targets: dict[str, float]) -> list[Figure]:
    values = {
        "whole": [cost.took_ms for cost, _ in runs],
        "longest block": [cost.longest_block_ms for cost, _ in runs],
        "longest frame": [cost.longest_frame_ms for cost, _ in runs],
        "longest time on a processor": [work.longest_ms for _, work in runs],
    }
    return [
        Figure(
            f"page, {what}: {name}",
            "ms",
            spread(found),
            targets={"median": targets[name]} if name in targets else {},
        )
        for name, found in values.items()
    ]


async def _run(config: str, question: str) -> tuple[Cost, Work]:
    """Asked twice: by the clock, and with an eye on the work, which takes time by the clock."""
    async with _tab(config) as tab:
        cost = await cost_of(tab, question)
        await tab.part("new-chat").click()
        _, work = await work_of(tab, question)
        return cost, work


@asynccontextmanager
async def _tab(config: str) -> AsyncIterator[Tab]:
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), config=config) as server:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
            visits = Visits(browser)
            yield await visits.sign_in(server)
            await visits.end()
            await browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.page", description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    found_on, at = machine(), time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    figures = asyncio.run(page(options.runs))
    result = Result(at, revision(), found_on, versions(), figures)
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")


if __name__ == "__main__":
    main()
