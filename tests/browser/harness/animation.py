"""A stuck question that is stopped, as an animated picture: `python -m tests.browser.harness.animation FOLDER`.

Taken from the real page of a real server, in light and in dark; how long each picture stands is how long it stood.
"""

import asyncio
import io
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

from PIL import Image
from playwright.async_api import Page, async_playwright

from tests.browser.harness.servers import NO_MODEL
from tests.browser.harness.tab import THEMES, Tab
from tests.browser.harness.visits import CHROMIUM, SWITCHES
from tests.e2e.cli_runner import serving

WIDTH, HEIGHT = 900, 640
PAUSE_S = 0.06
WATCHED_S = 1.5
"""How long the stuck statement is shown before it is stopped: for who watches."""
LAST_MS = 4000


class Film:
    """Pictures of a page as it changes, each with the time at which it was taken."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._taken: list[tuple[float, bytes]] = []

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Pictures are taken, a few a second."""
        camera = asyncio.create_task(self._run())
        try:
            yield
        finally:
            camera.cancel()
            await asyncio.wait([camera])
        await self._take()

    def save(self, file: Path) -> None:
        """As an animated WebP that begins anew when it is over."""
        changed = [one for before, one in pairwise([(0.0, b""), *self._taken]) if one[1] != before[1]]
        lasts = [round((later - at) * 1000) for (at, _), (later, _) in pairwise(changed)]
        first, *others = (Image.open(io.BytesIO(data)).convert("RGB") for _, data in changed)
        shown = [*lasts, LAST_MS]
        first.save(
            file, save_all=True, append_images=others, duration=shown, loop=0, quality=80, method=6, minimize_size=True
        )

    async def _run(self) -> None:
        while True:
            await self._take()
            await asyncio.sleep(PAUSE_S)

    async def _take(self) -> None:
        self._taken.append((time.monotonic(), await self._page.screenshot()))


async def stop_a_stuck_question(tab: Tab) -> Film:
    """Ask, wait until the engine is inside its call, press Stop, read the report."""
    film = Film(tab.page)
    async with film.running():
        stuck = await tab.ask_stuck()
        await asyncio.sleep(WATCHED_S)
        await tab.part("stop").hover()
        await tab.part("stop").click()
        await stuck.is_in("stopped")
    return film


async def take(folder: Path) -> None:
    """Both pictures, from a server of its own."""
    with tempfile.TemporaryDirectory() as temporary, serving(Path(temporary), config=NO_MODEL) as server:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
            for theme in THEMES:
                page = await browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=theme)
                await page.goto(server.url)
                tab = Tab(page)
                await tab.ready()
                (await stop_a_stuck_question(tab)).save(folder / f"stop-{theme}.webp")
            await browser.close()


if __name__ == "__main__":
    asyncio.run(take(Path(sys.argv[1])))
