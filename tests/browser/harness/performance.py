"""What an answer costs the page while it comes, from the browser's own performance entries."""

from dataclasses import dataclass

from playwright.async_api import CDPSession, Page

from tests.browser.harness.tab import Answer, Tab
from tests.browser.harness.work import Work, watched

MILLION_ROWS = "select i as n, i * 0.5 as half, 'name ' || i as name from range(1000000) t(i)"
LONG_BLOCKS = ("paragraph", "fence", "list")
"""Kinds of markdown without an empty line in it."""


def long_answer(kind: str = "sections", kilobytes: int = 200) -> str:
    """Asks for so much markdown, at 500 chunks/s."""
    return f"essay {kilobytes * 10} 500 100 {kind}"


_BEGIN = """() => {
  window.longest = { block: 0, frame: 0 };
  const noting = (type, name) => new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.longest[name] = Math.max(window.longest[name], entry.duration);
  }).observe({ type });
  noting("longtask", "block");
  noting("long-animation-frame", "frame");
  window.beganAt = performance.now();
}"""
# The driver's own waiting reads the whole page again and again, and would be measured with it.
_DONE = """(answer) => new Promise((resolve) => {
  const look = () => answer.dataset.phase === "done" && resolve();
  new MutationObserver(look).observe(answer, { attributeFilter: ["data-phase"] });
  look();
})"""
# The last entries come after the frame that they are about.
_END = """async () => {
  const took_ms = performance.now() - window.beganAt;
  await new Promise((resume) => requestAnimationFrame(() => setTimeout(resume, 100)));
  return [took_ms, window.longest.block, window.longest.frame];
}"""


@dataclass(frozen=True)
class Cost:
    """`longest_block_ms`, `longest_frame_ms`: the longest task and the longest frame by the clock, 0 where none took
    50 ms, which is the least that browsers report. `heap_mb`: objects and Arrow buffers after a collection, all of the
    page."""

    took_ms: float
    longest_block_ms: float
    longest_frame_ms: float
    heap_mb: float


async def cost_of(tab: Tab, question: str) -> Cost:
    """Ask, and wait for the whole answer."""
    await tab.page.evaluate(_BEGIN)
    answer = await tab.ask(question)
    await answer.root.evaluate(_DONE)
    took_ms, block_ms, frame_ms = await tab.page.evaluate(_END)
    return Cost(took_ms, block_ms, frame_ms, await heap_mb(tab.page))


async def work_of(tab: Tab, question: str) -> tuple[Answer, Work]:
    """Ask, and wait for the whole answer. Being watched takes time by the clock, so that `cost_of` is not."""
    async with watched(tab.page) as work:
        answer = await tab.ask(question)
        await answer.root.evaluate(_DONE)
    return answer, work


async def heap_mb(page: Page) -> float:
    session: CDPSession = await page.context.new_cdp_session(page)
    await session.send("HeapProfiler.collectGarbage")
    usage = await session.send("Runtime.getHeapUsage")
    await session.detach()
    return float(usage["usedSize"] + usage.get("backingStorageSize", 0)) / 1e6
