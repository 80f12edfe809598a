"""An answer, or all up to it, as one HTML file that needs nothing else; data stay text in it."""

from pathlib import Path

from playwright.async_api import expect

from tests.browser.harness.tab import Answer, Tab

HOSTILE = "<img src=x onerror=alert(1)>"
ROWS = f"select * from (values ('{HOSTILE}', 3), ('</svg><script>alert(2)</script>', 1), ('&lt;b&gt;', 2)) t(name, n)"


async def exported(tab: Tab, answer: Answer, folder: Path) -> Path:
    async with tab.page.expect_download() as download:
        await answer.part("export-html").click()
    file = folder / (await download.value).suggested_filename
    await (await download.value).save_as(file)
    return file


async def test_hostile_cells_stay_text_in_an_exported_page(offline_tab: Tab, tmp_path: Path) -> None:
    first = await offline_tab.ask("How many flights per airline?")
    await first.is_in("done")
    await expect(first.part("chart").locator("svg")).to_be_visible()
    answer = await offline_tab.ask(ROWS)
    await answer.is_in("done")
    alone = await exported(offline_tab, answer, tmp_path)
    text = alone.read_text()
    assert """<meta http-equiv="Content-Security-Policy" content="default-src 'none';""" in text
    assert "<script" not in text
    assert "United Air Lines" not in text
    page = await offline_tab.page.context.new_page()
    asked_for: list[str] = []
    page.on("request", lambda request: asked_for.append(request.url))
    await page.goto(alone.as_uri())
    cells = [await row.locator("td").all_inner_texts() for row in await page.locator("tbody tr").all()]
    assert cells == [[HOSTILE, "3"], ["</svg><script>alert(2)</script>", "1"], ["&lt;b&gt;", "2"]]
    await expect(page.locator("img")).to_have_count(0)
    assert asked_for == [alone.as_uri()]
    await answer.part("export-whole").check()
    await page.goto((await exported(offline_tab, answer, tmp_path)).as_uri())
    await expect(page.locator("h1")).to_have_text(["How many flights per airline?", ROWS])
    await expect(page.locator("svg").first).to_be_visible()
    await expect(page.locator("td").nth(1)).to_have_text("United Air Lines Inc.")
