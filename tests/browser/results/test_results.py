"""What can be done with a result: another kind of chart, a picture of it, its rows in the clipboard."""

import json
import os
from pathlib import Path

from playwright.async_api import expect

from tests.browser.harness.axe import violations
from tests.browser.harness.tab import Tab
from tests.browser.harness.visits import Visits

PNG = b"\x89PNG\r\n\x1a\n"


async def test_a_chart_is_drawn_in_another_way_and_saved(offline_tab: Tab) -> None:
    answer = await offline_tab.ask("Average departure delay by month")
    await answer.is_in("done")
    chart = answer.part("chart")
    for kind, mark in (("bar", "mark-rect"), ("scatter", "mark-symbol"), ("line", "mark-line")):
        await answer.part(f"chart-{kind}").click()
        await expect(chart).to_have_attribute("data-kind", kind)
        await expect(chart.locator(f"svg .{mark}.role-mark").first).to_be_attached()
        await expect(answer.part("chart-error")).to_have_count(0)
    for kind, beginning in (("png", PNG), ("svg", b"<svg ")):
        async with offline_tab.page.expect_download() as download:
            await answer.part(f"chart-save-{kind}").click()
        saved = await download.value
        assert saved.suggested_filename.endswith(f".{kind}")
        assert (await saved.path()).read_bytes().startswith(beginning)


async def test_names_are_not_joined_by_a_line(offline_tab: Tab) -> None:
    answer = await offline_tab.ask("Top 5 destinations by flights")
    await answer.is_in("done")
    await expect(answer.part("chart-scatter")).to_be_visible()
    await expect(answer.part("chart-line")).to_have_count(0)


async def test_rows_are_copied_as_a_spreadsheet_takes_them(offline_tab: Tab) -> None:
    page = offline_tab.page
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    answer = await offline_tab.ask("select carrier, count(*) as n from flights group by all order by n desc")
    await answer.is_in("done")
    assert await answer.part("type").all_inner_texts() == ["varchar", "bigint"]
    await answer.part("filter").fill("U")
    await expect(answer.part("row-count")).to_have_text("2 of 16 rows")
    await answer.part("table").get_by_test_id("copy").click()
    await expect(answer.part("table").get_by_test_id("copy")).to_have_text("Copied")
    assert await page.evaluate("navigator.clipboard.readText()") == "carrier\tn\nUA\t58665\nUS\t20536"


async def test_the_page_says_what_is_loaded_and_how_a_model_is_added(offline_tab: Tab) -> None:
    await expect(offline_tab.part("loaded")).to_contain_text("flights")
    await expect(offline_tab.part("sample")).to_have_count(4)
    await offline_tab.part("no-model").locator("summary").click()
    await expect(offline_tab.part("no-model")).to_contain_text("ANTHROPIC_API_KEY")
    answer = await offline_tab.ask("select 1")
    await answer.is_in("done")
    await expect(offline_tab.part("loaded")).to_be_visible()


_COLLISIONS = """(plot) => {
  const boxes = [...plot.querySelectorAll('.role-axis-label text')]
    .filter((label) => label.textContent && getComputedStyle(label).opacity !== '0')
    .map((label) => label.getBoundingClientRect());
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  return boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => meet(a, b))).length;
}"""


async def test_labels_of_a_chart_are_short_and_do_not_collide(offline_tab: Tab) -> None:
    for question in ("Top 5 destinations by flights", "How many flights per airline?", "How many flights per day?"):
        answer = await offline_tab.ask(question)
        await answer.is_in("done")
        plot = answer.part("chart").locator(".plot")
        await expect(plot.locator("svg .role-axis-label text").first).to_be_attached()
        assert await plot.evaluate(_COLLISIONS) == 0
        await answer.part("chart").evaluate("(chart) => chart.scrollIntoView({block: 'center'})")
        await offline_tab.shot(f"chart-{question.split()[0].lower()}-{question.split()[-1].strip('?')}")
    labels = await offline_tab.answer().part("chart").locator(".role-axis-label text").all_text_contents()
    assert {"ORD", "10k"} <= set(labels)


async def test_a_download_is_named_after_its_question(offline_tab: Tab) -> None:
    answer = await offline_tab.ask("Top 5 destinations by flights")
    await answer.is_in("done")
    async with offline_tab.page.expect_download() as download:
        await answer.part("download-csv").click()
    assert (await download.value).suggested_filename == "top-5-destinations-by-flights.csv"


async def test_links_open_beside_the_chat_and_tasks_keep_their_boxes(zoo_tab: Tab) -> None:
    answer = await zoo_tab.ask("echoes see [there](https://example.org/there)\n\n- [x] done\n- [ ] open\n")
    await answer.is_in("done")
    link = answer.response.get_by_role("link", name="there")
    await expect(link).to_have_attribute("target", "_blank")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")
    await expect(answer.response.get_by_role("listitem")).to_have_text(["\u2611 done", "\u2610 open"])
    await zoo_tab.shot("tasks")
    assert await violations(zoo_tab.page) == []


async def test_links_of_what_is_told_of_data_are_text_that_shows_their_address(offline_tab: Tab) -> None:
    """They may come out of the data, and would carry them away."""
    links = "[**your** bank](https://example.org/?n=1) [a](javascript:alert(1)) https://example.org/ www.example.org"
    answer = await offline_tab.ask(f"select '{links}' as said")
    await answer.is_in("done")
    await expect(answer.response.locator("a, [href]")).to_have_count(0)
    shown = "said: your bank (https://example.org/?n=1) a https://example.org/ www.example.org"
    await expect(answer.response.locator("p")).to_have_text(shown)


async def test_an_answer_is_exported_as_a_document(offline_tab: Tab, visits: Visits, tmp_path: Path) -> None:
    answer = await offline_tab.ask("Top 5 destinations by flights")
    await answer.is_in("done")
    await expect(answer.part("chart").locator("svg .mark-rect.role-mark").first).to_be_attached()
    texts: dict[str, str] = {}
    for kind in ("md", "html", "ipynb"):
        async with offline_tab.page.expect_download() as download:
            await answer.part(f"export-{kind}").click()
        saved = await download.value
        assert saved.suggested_filename == f"top-5-destinations-by-flights.{kind}"
        await saved.save_as(tmp_path / saved.suggested_filename)
        texts[kind] = (tmp_path / saved.suggested_filename).read_text()
    assert "| ORD | 17283 |" in texts["md"]
    code: dict[str, object] = {}
    exec(json.loads(texts["ipynb"])["cells"][1]["source"], code)  # the cell runs as it stands
    assert code["rows"][0] == ["ORD", 17283]  # type: ignore[index]
    document = await visits.open((tmp_path / "top-5-destinations-by-flights.html").as_uri())
    await expect(document.get_by_role("heading")).to_have_text("Top 5 destinations by flights")
    await expect(document.get_by_role("cell", name="17283")).to_be_visible()
    await expect(document.locator("svg text", has_text="ORD").first).to_be_visible()
    assert await document.locator("script, link, img[src^=http]").count() == 0
    if folder := os.environ.get("SCREENSHOTS"):
        await document.screenshot(path=Path(folder) / "export.png")
