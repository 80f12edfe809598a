"""The browser; visitors with a profile of their own in it, and what their browsers complained about."""

import os
import re
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, WebError, expect

from tests.browser.harness.tab import Tab
from tests.e2e.cli_runner import Server

PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)
# A violation is not always a console message of its own.
REPORT_VIOLATIONS = """addEventListener("securitypolicyviolation", (event) => console.error(
  `Content-Security-Policy violated: ${event.effectiveDirective} by ${event.blockedURI} at ${event.sourceFile}`))"""

INSTALLED = [path for name in ("chromium-headless-shell", "chromium") if (path := Path("/usr/bin", name)).exists()]
"""One without a window before a whole one, which takes five times the processor time."""
CHROMIUM = Path(os.environ.get("CHROMIUM") or next(iter(INSTALLED), "chromium"))
NAME, ELSEWHERE = "data.deadstop.test", "elsewhere.test"
"""Names that lead to this machine, and are not loopback's: ours, and another site's."""

SWITCHES = (
    f"--host-resolver-rules=MAP {NAME} 127.0.0.1,MAP {ELSEWHERE} 127.0.0.1",
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


class Visits:
    """Opens profiles, and at the end asserts that none of them saw an error that its test had not announced."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._profiles: list[BrowserContext] = []
        self.complaints: list[str] = []
        self._expected: list[str] = []

    def expect_complaint(self, pattern: str) -> None:
        """A console error that belongs to what is tested, as a regular expression."""
        self._expected.append(pattern)

    async def open(self, url: str) -> Page:
        """A page of a fresh profile."""
        profile = await self._browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        profile.set_default_timeout(PATIENCE_MS)
        profile.on("console", self._heard)
        profile.on("weberror", self._failed)
        await profile.add_init_script(REPORT_VIOLATIONS)
        self._profiles.append(profile)
        page = await profile.new_page()
        await page.goto(url)
        return page

    async def sign_in(self, server: Server) -> Tab:
        """The chat, opened by the address that the server printed."""
        tab = Tab(await self.open(server.url))
        await tab.ready()
        return tab

    async def end(self) -> None:
        for profile in self._profiles:
            await profile.close()
        unexpected = [text for text in self.complaints if not any(re.search(one, text) for one in self._expected)]
        assert not unexpected, unexpected

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def _failed(self, error: WebError) -> None:
        self.complaints.append(f"uncaught: {error.error}")
