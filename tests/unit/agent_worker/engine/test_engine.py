"""The engine: rows stream in order and in bounded pieces, errors speak to people, a cancel returns when it is out."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from agent_worker.engine.core import Engine, ResultEnd
from agent_worker.engine.errors import EngineError
from agent_worker.engine.guard import StatementRefused
from agent_worker.engine.settings import EngineSettings
from bus.contract.catalog import Catalog, CatalogColumn, CatalogTable
from bus.contract.events import TableRows, TableSchema

NEVER_S = 600.0
ENDLESS = "SELECT count(*) FROM range(100000000) a, range(100000000) b"
MANY = "SELECT range AS a, 'row ' || range AS b FROM range(1000000)"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data: `numbers`, `gone` (removed later), 500 parts, a hive tree, two parts that differ, a damaged file."""
    folder = tmp_path_factory.mktemp("data")
    with duckdb.connect() as connection:

        def write(name: str, sql: str) -> None:
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            connection.execute(f"COPY ({sql}) TO '{file}' (FORMAT parquet)").fetchall()

        write("numbers.parquet", "SELECT range AS n, 'text ' || range AS s FROM range(100000)")
        write("gone.parquet", "SELECT 1 AS n")
        write("damaged.parquet", "SELECT 'text ' || range AS s FROM range(100000)")
        for part in range(500):
            write(f"parts/{part:03}.parquet", f"SELECT {part} AS part")
        write("tree/year=2012/a.parquet", "SELECT 1 AS n")
        write("tree/year=2013/a.parquet", "SELECT 2 AS n")
        write("mixed/a.parquet", "SELECT 1 AS n")
        write("mixed/b.parquet", "SELECT 2 AS n, 3 AS extra")
    damaged = bytearray((folder / "damaged.parquet").read_bytes())
    damaged[1000:20000] = bytes(19000)
    (folder / "damaged.parquet").write_bytes(damaged)
    return folder


MIXED = (("n, NULL AS extra", "a"), ("n, extra", "b"))


def table(folder: Path, name: str, pattern: str, partitions: tuple[str, ...] = (), sql: str = "") -> CatalogTable:
    files = tuple(str(file) for file in sorted(folder.glob(pattern)))
    assert files
    columns = tuple(CatalogColumn(partition, "BIGINT") for partition in partitions)
    return CatalogTable(name, columns, 0, files, partitions, sql)


@pytest.fixture
def engine(folder: Path, tmp_path: Path) -> Iterator[Engine]:
    engine = Engine(EngineSettings(str(tmp_path), memory_limit_bytes=256 << 20, max_execution_s=NEVER_S))
    first, second = (f"SELECT {columns} FROM read_parquet('{folder}/mixed/{file}.parquet')" for columns, file in MIXED)
    both = f"{first} UNION ALL {second}"
    tables = [
        table(folder, "numbers", "numbers.parquet"),
        table(folder, "parts", "parts/*.parquet"),
        table(folder, "tree", "tree/*/*.parquet", partitions=("year",)),
        table(folder, "mixed", "mixed/*.parquet", sql=both),
        table(folder, "damaged", "damaged.parquet"),
    ]
    engine.attach(Catalog(tuple(tables)))
    yield engine
    engine.close()


class Answer:
    """All that a statement gave."""

    def __init__(self) -> None:
        self.columns: list[tuple[str, str]] = []
        self.sent: list[TableRows] = []
        self.end: ResultEnd | None = None

    @property
    def rows(self) -> list[tuple[object, ...]]:
        return [tuple(row.values()) for sent in self.sent for row in read(sent).to_pylist()]


def read(rows: TableRows) -> pa.Table:
    return pa.ipc.open_stream(rows.arrow).read_all()


async def ask(engine: Engine, sql: str, **options: int) -> Answer:
    answer = Answer()
    async with aclosing(engine.run(sql, **options)) as items:
        async for item in items:
            if isinstance(item, TableSchema):
                answer.columns = [(column.name, column.type) for column in item.columns]
            elif isinstance(item, TableRows):
                answer.sent.append(item)
            else:
                answer.end = item
    return answer


async def test_schema_then_rows_then_the_end(engine: Engine) -> None:
    answer = await ask(engine, "SELECT n, s FROM numbers WHERE n < 3 ORDER BY n")
    assert answer.columns == [("n", "BIGINT"), ("s", "VARCHAR")]
    assert answer.rows == [(0, "text 0"), (1, "text 1"), (2, "text 2")]
    assert answer.end is not None
    assert (answer.end.rows, answer.end.truncated) == (3, False)


async def test_a_result_without_rows_has_a_schema(engine: Engine) -> None:
    answer = await ask(engine, "SELECT n FROM numbers WHERE n < 0")
    assert (answer.columns, answer.sent) == ([("n", "BIGINT")], [])


async def test_views_over_many_files_trees_and_mixed_parts_work_behind_the_lock(engine: Engine) -> None:
    assert (await ask(engine, "SELECT count(*), sum(part) FROM parts")).rows == [(500, sum(range(500)))]
    assert (await ask(engine, "SELECT year, n FROM tree ORDER BY year")).rows == [(2012, 1), (2013, 2)]
    assert (await ask(engine, "SELECT n, extra FROM mixed ORDER BY n")).rows == [(1, None), (2, 3)]


async def test_batches_are_bounded_in_rows_and_bytes_and_keep_the_order(engine: Engine) -> None:
    answer = await ask(engine, MANY)
    assert all(sent.count <= 10_000 and len(sent.arrow) <= 300_000 for sent in answer.sent)
    assert sum(sent.count for sent in answer.sent) == 1_000_000
    numbers = pa.concat_tables([read(sent) for sent in answer.sent])["a"]
    assert numbers.to_pylist() == list(range(1_000_000))
    assert answer.sent[0].count <= 2_048


async def test_wide_rows_travel_in_fewer_and_a_huge_one_is_refused(engine: Engine) -> None:
    answer = await ask(engine, "SELECT repeat('x', 100000) AS wide FROM range(10)")
    assert max(sent.count for sent in answer.sent) <= 2
    assert sum(sent.count for sent in answer.sent) == 10
    with pytest.raises(EngineError, match="the limit is 8,388,608"):
        await ask(engine, "SELECT repeat('x', 10000000)")


async def test_max_rows_cuts_the_result_off_and_says_so(engine: Engine) -> None:
    cut = (await ask(engine, MANY, max_rows=5_000)).end
    assert cut is not None
    assert (cut.rows, cut.truncated) == (5_000, True)
    exact = (await ask(engine, "SELECT * FROM range(10)", max_rows=10)).end
    assert exact is not None
    assert (exact.rows, exact.truncated) == (10, False)
    assert (await ask(engine, "SELECT 1")).rows == [(1,)]


async def test_the_side_thread_waits_for_a_slow_consumer(engine: Engine) -> None:
    async with aclosing(engine.run(MANY, batch_rows=100)) as items:
        assert isinstance(await anext(items), TableSchema)
        assert isinstance(await anext(items), TableRows)
        thread = next(thread for thread in threading.enumerate() if thread.name == "statement")
        await asyncio.to_thread(thread.join, 0.3)
        assert thread.is_alive()  # a million rows would long be through
    assert not thread.is_alive()


async def test_the_loop_stays_free_while_a_statement_runs(engine: Engine) -> None:
    asking = asyncio.create_task(ask(engine, "SELECT length(repeat('abc', 30000000)) FROM range(3)"))
    turns = 0
    while not asking.done():
        await asyncio.wait([asking], timeout=0.005)
        turns += 1
    assert turns > 5
    await asking


@pytest.mark.parametrize(
    ("sql", "kind", "says"),
    [
        ("SELECT FROM WHERE", "syntax", "syntax error"),
        ("SELECT nothing FROM numbers", "binder", "nothing"),
        ("SELECT * FROM nowhere", "binder", "nowhere"),
        ("SELECT sum(length(s)) FROM damaged", "io", "damaged.parquet"),
        ("SELECT 'x'::INTEGER", "other", "x"),
        ("SELECT list(range) FROM range(1000000000)", "out_of_memory", "Out of Memory"),
    ],
)
async def test_errors_say_what_and_where(engine: Engine, sql: str, kind: str, says: str) -> None:
    with pytest.raises(EngineError) as failure:
        await ask(engine, sql)
    assert (failure.value.kind, failure.value.sql) == (kind, sql)
    assert says in failure.value.message
    assert "SET " not in failure.value.message
    assert (await ask(engine, "SELECT 1")).rows == [(1,)]


async def test_the_guard_stands_before_the_engine(engine: Engine) -> None:
    with pytest.raises(StatementRefused, match="names a file"):
        await ask(engine, "FROM '/etc/x.csv'")
    with pytest.raises(StatementRefused):
        await ask(engine, "WITH x AS (COPY (SELECT 1) TO 'x.parquet') SELECT 1")


async def test_a_file_that_vanished_is_named(folder: Path, tmp_path: Path) -> None:
    engine = Engine(EngineSettings(str(tmp_path)))
    engine.attach(Catalog((table(folder, "gone", "gone.parquet"),)))
    (folder / "gone.parquet").unlink()
    with pytest.raises(EngineError, match=r"gone\.parquet is not there any more"):
        await ask(engine, "FROM gone")
    engine.close()


async def test_a_table_that_cannot_be_opened_stands_in_nobodys_way(folder: Path, tmp_path: Path) -> None:
    engine = Engine(EngineSettings(str(tmp_path)))
    missing = CatalogTable("missing", (), 0, (str(folder / "missing.parquet"),))
    engine.attach(Catalog((missing, table(folder, "numbers", "numbers.parquet"))))
    assert (await ask(engine, "SELECT count(*) FROM numbers")).rows == [(100_000,)]
    with pytest.raises(EngineError, match=r"missing\.parquet is not there any more"):
        await ask(engine, "FROM missing")
    assert [row[0] for row in (await ask(engine, "SHOW TABLES")).rows] == ["numbers"]
    engine.close()


async def test_a_name_nobody_knows_gets_the_nearest_one(engine: Engine) -> None:
    with pytest.raises(EngineError, match="numbers"):
        await ask(engine, "FROM nombers")


async def test_a_statement_ends_at_its_time_limit(tmp_path: Path) -> None:
    engine = Engine(EngineSettings(str(tmp_path), max_execution_s=0.2))
    engine.attach(Catalog(()))
    with pytest.raises(EngineError) as failure:
        await ask(engine, ENDLESS)
    assert failure.value.kind == "timeout"
    engine.close()


async def test_what_does_not_fit_into_memory_goes_to_the_scratch_folder(engine: Engine, tmp_path: Path) -> None:
    async with aclosing(engine.run("SELECT range AS r FROM range(20000000) ORDER BY hash(range)")) as items:
        async for item in items:
            if isinstance(item, TableRows):
                break
        assert await asyncio.to_thread(lambda: list(tmp_path.rglob("*")))


@pytest.mark.parametrize("sql", [ENDLESS, MANY, "SELECT count(*) FROM numbers a JOIN numbers b ON a.s < b.s"])
async def test_a_cancel_returns_when_the_thread_is_out(engine: Engine, sql: str) -> None:
    """Again and again at different moments: before the statement has started, while it is bound, while it runs."""
    for turn in range(20):
        asking = asyncio.create_task(ask(engine, sql, batch_rows=10))
        await asyncio.wait([asking], timeout=turn * 0.003)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(asking, 60)
        assert not [thread for thread in threading.enumerate() if thread.name == "statement"]
    assert (await ask(engine, "SELECT 1")).rows == [(1,)]


async def test_a_second_cancel_does_not_let_go_of_the_thread(engine: Engine) -> None:
    asking = asyncio.create_task(ask(engine, "SELECT length(repeat('abc', 60000000))"))
    thread = await wait_for_thread()
    while not asking.done():
        asking.cancel()
        await asyncio.wait([asking], timeout=0.01)
    assert asking.cancelled()
    assert not thread.is_alive()
    assert (await ask(engine, "SELECT 1")).rows == [(1,)]


async def wait_for_thread() -> threading.Thread:
    """The side thread, once it runs a statement."""
    async with asyncio.timeout(60):
        while True:
            found = [thread for thread in threading.enumerate() if thread.name == "statement"]
            if found:
                return found[0]
            await asyncio.sleep(0)


async def test_progress_is_a_fraction_while_running_and_unknown_otherwise(engine: Engine) -> None:
    assert engine.progress() is None
    asking = asyncio.create_task(ask(engine, "SELECT count(*) FROM range(3000) a, range(1000) b, numbers"))
    seen = set()
    while not asking.done():
        seen.add(engine.progress())
        await asyncio.wait([asking], timeout=0.005)
        if any(fraction for fraction in seen):
            asking.cancel()
    assert all(fraction is None or 0 <= fraction <= 1 for fraction in seen)
    assert any(fraction for fraction in seen)
    assert engine.progress() is None


async def test_only_one_statement_runs_at_a_time(engine: Engine) -> None:
    async with aclosing(engine.run(MANY)) as items:
        await anext(items)
        with pytest.raises(RuntimeError, match="busy"):
            await anext(engine.run("SELECT 1"))


async def test_sql_in_a_question_is_recognised(engine: Engine) -> None:
    assert engine.looks_like_sql("SELECT 1")
    assert not engine.looks_like_sql("How many numbers?")


async def test_types_that_arrow_lacks_travel_as_text_and_keep_their_order(engine: Engine) -> None:
    largest = "340282366920938463463374607431768211455"
    sql = f"SELECT {largest}::UHUGEINT AS n, 7 AS n, '101'::BIT AS b, {{'a': 1}}::VARIANT AS v"
    answer = await ask(engine, sql)
    assert [kind for _, kind in answer.columns] == ["UHUGEINT", "INTEGER", "BIT", "VARIANT"]
    columns = read(answer.sent[0]).columns
    assert [column.to_pylist() for column in columns] == [[largest], [7], ["101"], ["{'a': 1}"]]
    ordered = await ask(engine, "SELECT range::UHUGEINT AS n FROM range(30000) ORDER BY range DESC")
    assert [row[0] for row in ordered.rows] == [str(n) for n in reversed(range(30000))]
