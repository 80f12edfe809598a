"""Files that change between the catalog and the end of a statement: its rows are never shown as right ones."""

from contextlib import aclosing
from pathlib import Path

import duckdb
import pytest

from agent_worker.catalog.reader import read_catalog
from agent_worker.engine.core import Engine, ResultPart
from agent_worker.engine.errors import EngineError
from agent_worker.engine.settings import EngineSettings
from bus.contract.catalog import Catalog


def catalog_of(folder: Path) -> Catalog:
    with duckdb.connect() as connection:
        return read_catalog(folder, connection=connection)


async def run(engine: Engine, sql: str) -> list[ResultPart]:
    return [item async for item in engine.run(sql)]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("t.csv", "aa,bb\n1,2\n3,4\n", "bb,aa\n1,2\n3,4\n"),
        ("t.csv", "aa,bb\n1,2\n3,4\n", "aa,bb\n1,2.7\n3,4.6\n"),
        ("t.csv", "aa;bb\n1;2,5\n3;4,5\n", "aa;bb\n1;2.5\n3;4.5\n"),
        ("t.jsonl", '{"aa":1,"bb":2}\n', '{"aa":1.6,"bb":2}\n'),
        ("t.jsonl", '{"aa":1,"bb":2}\n', '{"a":1,"b":2}\n'),
        ("t/1.csv", "aa,bb\n1,2\n3,4\n", "aa,bb\n1,x\n"),
    ],
)
async def test_a_file_that_was_written_again_is_not_read_as_the_old_one(
    data: Path, tmp_path: Path, name: str, before: str, after: str
) -> None:
    file = data / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(before)
    engine = Engine(EngineSettings(str(tmp_path)))
    engine.attach(catalog_of(data))
    await run(engine, "SELECT aa, bb FROM t")
    file.write_text(after)
    with pytest.raises(EngineError, match=r"table t have changed while the question ran.*Ask again") as caught:
        await run(engine, "SELECT sum(aa), sum(bb) FROM t")
    assert caught.value.kind == "io"
    engine.close()


async def test_a_file_that_changes_under_a_statement_ends_it_with_an_error(data: Path, tmp_path: Path) -> None:
    file = data / "t.csv"
    file.write_text("aa,bb\n" + "1,2\n" * 300_000)
    engine = Engine(EngineSettings(str(tmp_path)))
    engine.attach(catalog_of(data))

    async def touching() -> None:
        async with aclosing(engine.run("SELECT * FROM t", batch_rows=100)) as items:
            async for _ in items:
                file.touch()

    with pytest.raises(EngineError, match="have changed"):
        await touching()
    engine.close()


async def test_other_tables_may_change(data: Path, tmp_path: Path) -> None:
    (data / "t.csv").write_text("aa,bb\n1,2\n")
    (data / "u.csv").write_text("aa,bb\n1,2\n")
    engine = Engine(EngineSettings(str(tmp_path)))
    engine.attach(catalog_of(data))
    (data / "u.csv").write_text("cc,dd\n1,2\n")
    assert len(await run(engine, "SELECT * FROM t")) == 3
    engine.close()
