"""The chat page as a person uses it, and each of its answers."""

from typing import Any

from playwright.async_api import Locator, Page, expect


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
        return [await row.get_by_role("cell").all_inner_texts() for row in rows]


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

    async def record(self, answer: Answer) -> dict[str, Any]:
        """What the supervisor keeps about the answer's job."""
        session_id = await answer.root.get_attribute("data-session")
        jobs = (await self._get("/api/jobs?all=1"))["jobs"]
        job_id = next(job["job_id"] for job in jobs if job["session_id"] == session_id)
        record: dict[str, Any] = await self._get(f"/api/jobs/{job_id}")
        return record

    async def _get(self, path: str) -> Any:
        response = await self.page.request.get(path)
        assert response.ok, await response.text()
        return await response.json()
