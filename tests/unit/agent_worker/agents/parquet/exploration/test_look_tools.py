"""What a model finds when it looks: in words, in one table, in the rows of a statement."""

from collections.abc import AsyncIterator
from pathlib import Path

import duckdb
import pytest
import pytest_asyncio

from agent_worker.agents.parquet.exploration.look_tools import PEEK_ROWS, CannotLook, describe, find, peek
from agent_worker.agents.parquet.exploration.tool_loop import LookBudget
from agent_worker.engine.core import Engine
from agent_worker.engine.errors import EngineError
from agent_worker.engine.guard import StatementRefused
from agent_worker.engine.settings import EngineSettings
from bus.contract.catalog import Catalog
from tests.harness.data.folders import Folder

NEVER_S = 600.0


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    with duckdb.connect() as connection:
        shop = Folder(tmp_path_factory.mktemp("shop"), connection)
        shop.write("sales.parquet", "SELECT range AS sale_id, (range % 7) * 1.5 AS amount FROM range(1000)")
        towns = "('Ghent', 1), ('O''Fallon', 2), ('Bruges', 3)"
        shop.write("customers.parquet", f"SELECT * FROM (VALUES {towns}) AS t(town, customer_id)")
        return shop.read()


@pytest_asyncio.fixture
async def engine(catalog: Catalog, tmp_path: Path) -> AsyncIterator[Engine]:
    with_data = Engine(EngineSettings(str(tmp_path), memory_limit_bytes=128 << 20, max_execution_s=NEVER_S))
    with_data.attach(catalog)
    yield with_data
    with_data.close()


@pytest.mark.parametrize(
    ("words", "named", "summary"),
    [
        ("amount of sales", "amount", "1 table"),
        ("Ghent", 'value customers.town = "Ghent"', "1 value"),
        ("O'Fallon", 'value customers.town = "O\'Fallon"', "1 value"),
        ("Gent", "Ghent", "1 value"),
    ],
)
def test_tables_columns_and_values_are_found_by_words(catalog: Catalog, words: str, named: str, summary: str) -> None:
    found = find(words, catalog)
    assert named in found.text
    assert summary in found.summary


def test_what_is_nowhere_is_said_to_be_nowhere(catalog: Catalog) -> None:
    assert find("zeppelins", catalog) == ("Nothing in the data has such a name or value.", "nothing")


@pytest.mark.parametrize("name", ["sales", "SALES"])
def test_a_table_is_described_however_its_name_is_written(catalog: Catalog, name: str) -> None:
    found = describe(name, catalog)
    assert "sale_id" in found.text
    assert found.summary == "2 columns"


@pytest.mark.parametrize(
    ("name", "words"), [("customer", "There is no table customer. Near are: customers."), ("x", "There is no table x.")]
)
def test_a_table_that_is_not_there_is_told_with_those_that_are_near(catalog: Catalog, name: str, words: str) -> None:
    with pytest.raises(CannotLook, match=words):
        describe(name, catalog)


async def test_the_first_rows_of_a_statement(engine: Engine) -> None:
    some = await peek("SELECT town FROM customers ORDER BY town;", engine)
    assert some.summary == "3 rows"
    assert "Bruges" in some.text
    assert (await peek("FROM sales", engine)).summary == f"the first {PEEK_ROWS} rows"


async def test_a_look_passes_the_same_guard_and_fails_as_any_statement(engine: Engine) -> None:
    with pytest.raises(StatementRefused):
        await peek("COPY sales TO 'x.parquet'", engine)
    with pytest.raises(EngineError, match="no_such"):
        await peek("SELECT no_such FROM sales", engine)


def test_looks_are_counted() -> None:
    budget = LookBudget(2, NEVER_S)
    left = []
    for _ in range(2):
        budget.take()
        left.append(budget.left)
    assert left == [True, False]
    with pytest.raises(CannotLook, match="cannot look any more"):
        budget.take()


def test_no_look_is_left_when_its_time_is_over() -> None:
    budget = LookBudget(2, 0.0)
    assert (budget.left, budget.left_s) == (False, 0.0)
    with pytest.raises(CannotLook, match="cannot look any more"):
        budget.take()
