"""What all the others rely on: nothing that a browser complains about is overlooked."""

from playwright.async_api import expect

from tests.browser.harness.tab import Tab
from tests.browser.harness.visits import Visits

FORBIDDEN = """() => {
  document.head.append(Object.assign(document.createElement("style"), { textContent: "body { display: none }" }));
  setTimeout(() => { throw new Error("thrown by the test"); });
}"""


async def test_violations_and_errors_are_noticed(offline_tab: Tab, visits: Visits) -> None:
    for pattern in ("style-src", "thrown by the test"):
        visits.expect_complaint(pattern)
    async with offline_tab.page.context.expect_event("weberror"):
        await offline_tab.page.evaluate(FORBIDDEN)
    await expect(offline_tab.part("ask-input")).to_be_visible()
    assert [text for text in visits.complaints if "Content-Security-Policy violated: style-src" in text]
    assert [text for text in visits.complaints if "uncaught" in text]
