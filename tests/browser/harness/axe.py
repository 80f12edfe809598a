"""What axe-core finds wrong with a page, as the page stands."""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.harness.tab import THEMES

AXE = Path(__file__).parents[3] / "web" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = {"serious", "critical"}


async def violations(page: Page) -> list[str]:
    """Serious ones, in light and in dark: what is wrong, and where first. The page's policy lets no script element in,
    so the checker is evaluated. Skips the test where npm has not installed it, and
    fails it in CI."""
    if not AXE.exists():
        words = f"{AXE} is missing; make web-check installs it"
        pytest.fail(words) if os.environ.get("CI") else pytest.skip(words)
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text())
    found: list[str] = []
    for theme in THEMES:
        await page.emulate_media(color_scheme=theme)
        result: dict[str, Any] = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        found += [_sentence(theme, one) for one in result["violations"] if one["impact"] in SERIOUS]
    return found


def _sentence(theme: str, violation: dict[str, Any]) -> str:
    first = violation["nodes"][0]
    others = len(violation["nodes"]) - 1
    return f"{theme}: {violation['id']} at {first['target']} and {others} more: {first['failureSummary']}"
