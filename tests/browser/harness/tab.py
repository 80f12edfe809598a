"""The chat page as a person uses it, and each of its answers."""

import os
from collections.abc import Collection
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urljoin

from playwright.async_api import Locator, Page, expect

from tests.harness.jobs.stuck import stuck_statement, until_inside_its_call

THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


class Answer:
    """One question on the page with everything that came of it."""

    def __init__(self, root: Locator) -> None:
        self.root = root

    def part(self, name: str) -> Locator:
        return self.root.get_by_test_id(name)

    @property
    def response(self) -> Locator:
        return self.part("response")

    async def is_in(self, phase: str) -> None:
        """Wait until the answer is in this phase."""
        await expect(self.root).to_have_attribute("data-phase", phase)

    async def cells(self) -> list[list[str]]:
        """The cells of the table's rows that are in view."""
        rows = await self.part("row").all()
        return [await row.get_by_role("gridcell").all_inner_texts() for row in rows]


class Tab:
    """An open chat page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def ready(self) -> None:
        """Wait until the page is connected."""
        await expect(self.part("user")).to_be_visible()
        await expect(self.part("banner")).to_have_count(0)

    def part(self, name: str) -> Locator:
        return self.page.get_by_test_id(name)

    async def ask(self, question: str) -> Answer:
        """Type the question, press Enter, and give its answer."""
        before = await self.part("answer").count()
        await self.part("ask-input").fill(question)
        await self.part("ask-input").press("Enter")
        return self.answer(before)

    def answer(self, number: int = 0) -> Answer:
        """The answer with this place in the conversation, from 0."""
        return Answer(self.part("answer").nth(number))

    async def another(self) -> "Tab":
        """A second tab of the same profile at the same address."""
        page = await self.page.context.new_page()
        await page.goto(self.page.url)
        tab = Tab(page)
        await tab.ready()
        return tab

    async def jobs(self, sessions: Collection[str | None]) -> list[dict[str, Any]]:
        """The jobs of these sessions, as lists show them."""
        jobs: list[dict[str, Any]] = (await self._get("/api/jobs?all=1"))["jobs"]
        return [job for job in jobs if job["session_id"] in sessions]

    async def ask_stuck(self) -> Answer:
        """Ask what the engine cannot be interrupted in; the engine is in the call when this returns."""
        answer = await self.ask(stuck_statement())
        await self.until_stuck(answer)
        return answer

    async def until_stuck(self, answer: Answer) -> None:
        """Wait until a stuck statement that was asked is inside its call."""
        await expect(answer.part("progress")).to_be_visible()
        await until_inside_its_call((await self.record(answer))["pid"])

    async def record(self, answer: Answer) -> dict[str, Any]:
        """What the supervisor keeps about the answer's job."""
        (job,) = await self.jobs([await answer.root.get_attribute("data-session")])
        record: dict[str, Any] = await self._get(f"/api/jobs/{job['job_id']}")
        return record

    async def stream(self, session_id: str) -> str:
        """The session's job as server-sent events, once it has ended."""
        (job,) = await self.jobs([session_id])
        response = await self.page.request.get(urljoin(self.page.url, f"/api/jobs/{job['job_id']}/events"))
        return await response.text()

    async def shot(self, name: str) -> None:
        """Keep a picture of the page in light and in dark, where `SCREENSHOTS` names a folder for them."""
        folder = os.environ.get("SCREENSHOTS")
        if not folder:
            return
        for theme in THEMES:
            await self.page.emulate_media(color_scheme=theme)
            await self.page.screenshot(path=Path(folder) / f"{name}-{theme}.png")

    async def _get(self, path: str) -> Any:
        response = await self.page.request.get(urljoin(self.page.url, path))
        assert response.ok, await response.text()
        return await response.json()
