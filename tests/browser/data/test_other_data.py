"""Data that are not the sample's: the types that Parquet has, and the questions that the page offers for them."""

import datetime as dt
import uuid
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.harness.servers import NO_MODEL
from tests.browser.harness.tab import Tab
from tests.browser.harness.visits import Visits
from tests.e2e.cli_runner import Server, serving

REGIONS = ("Süd", "Nord", "東", "Ouest", None)
ORDERS = 1_000
KINDS = {
    "small": pa.array([-1, None, 7], pa.int8()),
    "large": pa.array([2**63 - 1, None, 2**53 + 1], pa.int64()),
    "unsigned": pa.array([2**64 - 1, None, 0], pa.uint64()),
    "ratio": pa.array([0.1, None, float("nan")], pa.float64()),
    "price": pa.array([Decimal("1234567.89"), None, Decimal("-0.05")], pa.decimal128(18, 2)),
    "precise": pa.array([Decimal("12345678901234567890.123456789"), None, Decimal(0)], pa.decimal128(38, 9)),
    "flag": pa.array([True, None, False]),
    "day": pa.array([dt.date(2024, 2, 29), None, dt.date(1900, 1, 1)]),
    "moment": pa.array([dt.datetime(2024, 2, 29, 13, 30, 5), None, dt.datetime(1969, 7, 20)], pa.timestamp("us")),
    "instant": pa.array([dt.datetime(2024, 2, 29, 13, 30, 5), None, None], pa.timestamp("us", "UTC")),
    "clock": pa.array([dt.time(13, 30, 5), None, dt.time(0)], pa.time64("us")),
    "text": pa.array(["naïve 🛑 שלום", None, ""]),
    "bytes": pa.array([b"\x00\xff", None, b""]),
    "list": pa.array([[1, None, 3], None, []]),
    "struct": pa.array([{"a": 1, "ü": ["x"]}, None, {"a": None, "ü": []}]),
    "map": pa.array([[("k", 1)], None, []], pa.map_(pa.string(), pa.int64())),
    "key": pa.array([str(uuid.UUID(int=1)), None, str(uuid.UUID(int=2))]),
    'quote "d': pa.array(["a", "b", "c"]),
}
FIRST_ROW = {
    "small": "-1",
    "large": "9,223,372,036,854,775,807",
    "unsigned": "18,446,744,073,709,551,615",
    "ratio": "0.1",
    "price": "1,234,567.89",
    "precise": "12,345,678,901,234,567,890.123456789",
    "flag": "true",
    "day": "2024-02-29",
    "moment": "2024-02-29 13:30:05",
    "instant": "2024-02-29 13:30:05+00",
    "clock": "13:30:05",
    "text": "naïve 🛑 שלום",
    "bytes": "\\x00\\xFF",
    "list": "[1,null,3]",
    "struct": '{"a":1,"ü":["x"]}',
    "map": '{"k":1}',
    "key": "00000000-0000-0000-0000-000000000001",
    'quote "d': "a",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serves a table of every type, and a larger one of orders."""
    data = tmp_path_factory.mktemp("data")
    pq.write_table(pa.table(KINDS), data / "every kind.parquet")
    pq.write_table(orders(), data / "bestellungen.parquet")
    (data / "deadstop.toml").write_text('[units]\n"bestellungen.unit_price" = "EUR"\n')
    with serving(_folder(tmp_path_factory), "--data", str(data), config=NO_MODEL) as server:
        yield server


def orders() -> pa.Table:
    numbers = range(ORDERS)
    return pa.table(
        {
            "order_id": pa.array(numbers),
            "region": pa.array([REGIONS[number % len(REGIONS)] for number in numbers]),
            "größe": pa.array([Decimal(number) / 100 for number in numbers], pa.decimal128(10, 2)),
            "unit_price": pa.array([number % 7 + 0.5 for number in numbers]),
            "ordered": pa.array([dt.date(2024, 1, 1) + dt.timedelta(days=number) for number in numbers]),
            "lines": pa.array([[{"sku": f"s{number}", "count": number % 3}] for number in numbers]),
        }
    )


def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("other")


@pytest_asyncio.fixture(loop_scope="session")
async def tab(visits: Visits, server: Server) -> Tab:
    return await visits.sign_in(server)


async def test_each_question_that_is_offered_is_answered(tab: Tab) -> None:
    await expect(tab.part("loaded")).to_contain_text("bestellungen")
    samples = await tab.part("sample").all_inner_texts()
    assert len(samples) == 3
    assert all("bestellungen" in sample or "unit price" in sample for sample in samples), samples
    for number, sample in enumerate(samples):
        answer = await tab.ask(sample)
        await answer.is_in("done")
        await expect(answer.part("clarification")).to_have_count(0)
        await expect(answer.part("table")).not_to_have_attribute("data-rows", "0")
        assert await tab.part("answer").count() == number + 1


async def test_every_type_is_shown_as_it_is(tab: Tab) -> None:
    answer = await tab.ask("select * from every_kind")
    await answer.is_in("done")
    await expect(answer.part("row-count")).to_have_text("3 rows")
    rows = await answer.cells()
    assert dict(zip(KINDS, rows[0], strict=True)) == FIRST_ROW
    assert set(rows[1][:-1]) == {"null"}
    assert [cell for cell in rows[2] if cell == "null"] == ["null"], rows[2]
    await tab.shot("every-type")


async def test_a_chart_says_the_unit_that_is_described(tab: Tab) -> None:
    answer = await tab.ask("total unit price by month")
    await answer.is_in("done")
    texts = answer.part("chart").locator("svg text")
    await expect(texts.get_by_text("(EUR)")).to_have_count(1)
    labels = [text for text in await texts.all_text_contents() if text.startswith("€")]
    assert "€0" in labels
    assert len(labels) > 2
    counted = await tab.ask("number of bestellungen by month")
    await counted.is_in("done")
    await expect(counted.part("chart").locator("svg text").first).to_be_attached()
    assert "€" not in "".join(await counted.part("chart").locator("svg text").all_text_contents())


async def test_rows_are_sorted_by_what_they_mean(tab: Tab) -> None:
    answer = await tab.ask("select größe, ordered, region from bestellungen")
    await answer.is_in("done")
    for column, least, most in (
        (0, "0.00", "9.99"),
        (1, "2024-01-01", "2026-09-26"),
        (2, "Nord", "東"),
    ):
        await answer.part("sort").nth(column).click()
        await expect(answer.part("row").first.get_by_role("gridcell").nth(column)).to_have_text(least)
        await answer.part("sort").nth(column).click()
        await expect(answer.part("row").first.get_by_role("gridcell").nth(column)).to_have_text(most)
    await answer.part("filter").fill("süd")
    await expect(answer.part("row-count")).to_have_text("200 of 1,000 rows")


async def test_a_folder_without_data_is_named_until_there_are_some(
    visits: Visits, tmp_path_factory: pytest.TempPathFactory
) -> None:
    visits.expect_complaint("503")
    data = tmp_path_factory.mktemp("nothing")
    with serving(_folder(tmp_path_factory), "--data", str(data), config=NO_MODEL) as server:
        tab = await visits.sign_in(server)
        await expect(tab.part("no-data")).to_contain_text(f"{data} holds no usable")
        await tab.shot("no-data")
        answer = await tab.ask("how many orders?")
        await answer.is_in("failed")
        await answer.part("details-toggle").click()
        await expect(answer.part("record-error")).to_contain_text(str(data))
        pq.write_table(orders(), data / "orders of 2024.parquet")
        await (await tab.ask("how many orders of 2024?")).is_in("done")
        await expect(tab.part("loaded")).to_contain_text("orders_of_2024")
        await tab.part("new-chat").click()
        await tab.part("data-warnings").locator("summary").click()
        await expect(tab.part("data-warnings")).to_contain_text("is called orders_of_2024")
        await tab.page.close()
