"""Data of an object store: found, read through the broker with what a question needs, and known to be unchanged."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest

from agent_worker.catalog.files.layout import CatalogError
from agent_worker.engine.errors import EngineError
from agent_worker.engine.guard import StatementRefused
from agent_worker.remote.client import RemoteError, RemoteFiles
from bench.files import differences_at
from bus.wire.objects import RemoteObject
from tests.harness.data.remote_data import ROWS, asked, catalog_of, engine_of, numbers, parquet, rows_of
from tests.harness.data.stores import CREDENTIALS, QUIET, S3, emptied_s3, running_broker


@pytest.fixture(scope="module")
def store(s3_port: int) -> Iterator[S3]:
    with emptied_s3(s3_port) as server:
        yield server


@pytest.fixture(scope="module")
def broker(store: S3, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """It looks at the store anew for each listing, and finds what `s3` has put there for each test."""
    with running_broker(store.address, tmp_path_factory.mktemp("b") / "data.sock") as path:
        yield path


@pytest.fixture
def s3(store: S3) -> S3:
    store.empty()
    store.put("sales/k=1/a.parquet", numbers())
    store.put("sales/k=2/b.parquet", numbers(ROWS))
    store.put("small.parquet", parquet(pa.table({"x": [1, 2]})))
    store.put("notes.txt", b"hello")
    store.put("cut.parquet", parquet(pa.table({"x": [1, 2]}))[:-3])
    return store


async def test_tables_are_found_and_read_with_what_they_need_only(broker: str, s3: S3, tmp_path: Path) -> None:
    catalog = catalog_of(broker, tmp_path)
    assert [(table.name, table.row_count) for table in catalog.tables] == [("sales", 2 * ROWS), ("small", 2)]
    assert [one.name for one in catalog.tables[0].columns] == ["n", "wide", "k"]
    assert any("cut.parquet" in one.why for one in catalog.left_out)
    assert any("notes.txt" in warning for warning in catalog.warnings)
    async with engine_of(broker, tmp_path, catalog) as engine:
        before = s3.line.served_bytes
        (row,) = await rows_of(engine, f"SELECT count(*) AS c, sum(n) AS s FROM sales WHERE n >= {2 * ROWS - 5}")
        narrow = s3.line.served_bytes - before
        assert (row["c"], int(row["s"])) == (5, sum(range(2 * ROWS - 5, 2 * ROWS)))
        (row,) = await rows_of(engine, "SELECT sum(n) AS s, max(wide) AS w FROM sales")
        whole = s3.line.served_bytes - before - narrow
        assert whole > 2 * len(numbers()) * 0.9
        assert narrow < whole / 10  # one column of one group of rows of ten, of one of two files
        before = s3.line.served_bytes
        assert await rows_of(engine, "SELECT count(*) AS c FROM sales") == [{"c": 2 * ROWS}]
        assert s3.line.served_bytes == before  # footers are kept
        with pytest.raises(StatementRefused, match="names a file"):
            await rows_of(engine, "SELECT * FROM 'remote://bucket/data/notes.txt'")


def test_the_broker_gives_listed_objects_and_nothing_else(broker: str, s3: S3) -> None:
    with s3.files.open_output_stream("bucket/other/secret.parquet") as stream:
        stream.write(b"secret")
    with closing(RemoteFiles(broker)) as files:
        assert {one.path for one in files.list().objects} >= {"bucket/data/small.parquet"}
        for path in ("bucket/other/secret.parquet", "bucket/data/../other/secret.parquet", "/etc/passwd", ""):
            files.expect({path: ""})
            with pytest.raises(RemoteError, match="none of the data's objects"):
                files.open(path)
            with pytest.raises(RemoteError, match="none of the data's objects"):
                files.read(RemoteObject(path, 6, ""), 0, 6)


@pytest.mark.usefixtures("s3")
def test_bytes_that_there_are_not_are_refused(broker: str) -> None:
    with closing(RemoteFiles(broker)) as files:
        (small,) = [one for one in files.list().objects if one.path.endswith("small.parquet")]
        for offset, length in ((-1, 4), (0, 5_000_000), (10**9, 1), (0, -1), (5, 10**18)):
            with pytest.raises(RemoteError, match="has no bytes"):
                files.read(small, offset, length)
            assert files.read(small, 0, 4) == b"PAR1"


def test_a_listing_that_is_the_same_reads_nothing_again(broker: str, s3: S3, tmp_path: Path) -> None:
    first = catalog_of(broker, tmp_path)
    heard: list[bytes] = []
    s3.line.on_request = heard.append
    second = catalog_of(broker, tmp_path, first)
    assert second == first
    assert not any(b"sales/" in data and b"range:" in data.lower() for data in heard)
    s3.line.on_request = lambda data: None
    s3.put("small.parquet", parquet(pa.table({"x": [1, 2, 3]})))
    third = catalog_of(broker, tmp_path, second)
    assert third.fingerprint != first.fingerprint
    assert [table.row_count for table in third.tables] == [2 * ROWS, 3]


def test_a_listing_serves_for_a_while(s3: S3, tmp_path: Path) -> None:
    with running_broker(s3.address, tmp_path / "patient.sock", 600) as broker, closing(RemoteFiles(broker)) as files:
        first = files.list()
        heard: list[bytes] = []
        s3.line.on_request = heard.append
        assert files.list() == first
        assert heard == []


async def test_an_object_that_is_replaced_while_it_is_read_gives_no_mixture(
    broker: str, s3: S3, tmp_path: Path
) -> None:
    replaced: list[bytes] = []

    def replace(data: bytes) -> None:
        if b"a.parquet" in data and b"range:" in data.lower() and not replaced:
            replaced.append(data)
            s3.put("sales/k=1/a.parquet", numbers(5))

    async with engine_of(broker, tmp_path, catalog_of(broker, tmp_path)) as engine:
        s3.line.on_request = replace
        with pytest.raises(EngineError, match=r"sales/k=1/a.parquet was changed .* Ask again"):
            await rows_of(engine, "SELECT sum(n), min(wide) FROM sales WHERE k = 1")
    assert replaced
    (row,) = await asked(broker, tmp_path, "SELECT min(n) AS n FROM sales WHERE k = 1")
    assert row == {"n": 5}


async def test_a_table_is_read_as_the_catalog_has_found_it_or_not_at_all(broker: str, s3: S3, tmp_path: Path) -> None:
    """Also where the new object has the size and the second of the earlier one."""
    plain = {"compression": "none", "use_dictionary": False}
    first, second = (parquet(pa.table({"x": range(low, low + 10_000)}), **plain) for low in (0, 10_000))
    assert len(first) == len(second)
    s3.put("same.parquet", first)
    catalog = catalog_of(broker, tmp_path)
    s3.put("same.parquet", second)
    async with engine_of(broker, tmp_path, catalog) as engine:
        with pytest.raises(EngineError, match=r"same\.parquet was changed"):
            await rows_of(engine, "SELECT sum(x) FROM same")
    async with engine_of(broker, tmp_path, catalog_of(broker, tmp_path, catalog)) as engine:
        assert await rows_of(engine, "SELECT sum(x)::BIGINT AS s FROM same") == [{"s": sum(range(10_000, 20_000))}]


async def test_an_object_that_is_removed_is_named(broker: str, s3: S3, tmp_path: Path) -> None:
    catalog = catalog_of(broker, tmp_path)
    s3.files.delete_file("bucket/data/sales/k=1/a.parquet")
    async with engine_of(broker, tmp_path, catalog) as engine:
        with pytest.raises(EngineError, match=r"k=1/a.parquet.* is not there"):
            await rows_of(engine, "SELECT min(wide) FROM sales")
    assert [table.row_count for table in catalog_of(broker, tmp_path, catalog).tables] == [ROWS, 2]


async def test_names_of_all_kinds_and_what_the_owner_says(broker: str, s3: S3, tmp_path: Path) -> None:
    for name in ("odd/with space.parquet", "odd/100%25.parquet", "odd/ünï#code.parquet", "odd/a&b+c.parquet"):
        s3.put(name, parquet(pa.table({"x": [1]})))
    s3.put("odd/star*.parquet", parquet(pa.table({"x": [1]})))
    s3.put("deadstop.toml", b'[synonyms]\nodd_things = "small"\n')
    catalog = catalog_of(broker, tmp_path)
    assert catalog.description.synonyms == {"odd_things": "small"}
    assert any("star*" in one.why and "pattern" in one.why for one in catalog.left_out)
    s3.files.delete_file("bucket/data/odd/star*.parquet")
    assert await asked(broker, tmp_path, "SELECT sum(x)::INTEGER AS s FROM odd") == [{"s": 4}]


async def test_parts_whose_types_differ_meet_as_those_of_files_do(broker: str, s3: S3, tmp_path: Path) -> None:
    s3.put("mixed/1.parquet", parquet(pa.table({"price": pa.array([1, 2], pa.int64())})))
    s3.put("mixed/2.parquet", parquet(pa.table({"price": [9.99, 5.49]})))
    (row,) = await asked(broker, tmp_path, "SELECT sum(price) AS s FROM mixed")
    assert row["s"] == pytest.approx(18.48)


ADDRESSES = {
    "bucket/data/small.parquet": {"small": 2},
    "bucket": {"data_sales": 2 * ROWS},
    "bucket/data/": {"sales": 2 * ROWS, "small": 2},
    "bucket/data/sales/k=1": {"a": ROWS},
}


def test_an_address_may_be_an_object_a_bucket_or_a_prefix(s3: S3, tmp_path: Path) -> None:
    for number, (what, tables) in enumerate(ADDRESSES.items()):
        address = s3.address.replace("bucket/data", what)
        with running_broker(address, tmp_path / f"{number}.sock") as broker:
            for _ in range(2):
                found = catalog_of(broker, tmp_path).tables
                assert {table.name: table.row_count for table in found} == tables, what


@pytest.mark.parametrize(
    ("log", "kind"),
    [
        ("_delta_log/00000000000000000000.json", "a Delta"),
        ("metadata/v1.metadata.json", "an Iceberg"),
        (".hoodie/hoodie.properties", "a Hudi"),
    ],
)
def test_what_a_log_elsewhere_tells_of_is_read_neither_whole_nor_in_part(
    broker: str, s3: S3, tmp_path: Path, log: str, kind: str
) -> None:
    """A removed file would be counted. The table itself is left out, its neighbours are read."""
    s3.put("lake/k=1/a.parquet", parquet(pa.table({"x": [1]})))
    s3.put(f"lake/{log}", b"{}")
    catalog = catalog_of(broker, tmp_path)
    assert "lake" not in {table.name for table in catalog.tables} >= {"sales", "small"}
    assert [one.name for one in catalog.left_out if one.name == "lake"] == ["lake"]
    for part in ("/lake/k=1", "/lake/k=1/a.parquet", "/lake"):
        address = s3.address.replace("/data?", f"/data{part}?")
        with running_broker(address, tmp_path / f"{len(part)}.sock") as of_part:
            with pytest.raises(CatalogError) as refused:
                catalog_of(of_part, tmp_path)
            if part != "/lake":
                assert f"lies within bucket/data/lake, which is {kind} table" in str(refused.value)


def test_a_folder_that_is_called_as_a_log_makes_no_table_of_one(s3: S3, tmp_path: Path) -> None:
    s3.put("plain/metadata/notes.txt", b"hello")
    s3.put("plain/k=1/a.parquet", parquet(pa.table({"x": [1]})))
    with running_broker(s3.address.replace("/data?", "/data/plain/k=1?"), tmp_path / "in.sock") as broker:
        assert [table.row_count for table in catalog_of(broker, tmp_path).tables] == [1]


def test_the_comparison_of_a_folder_goes_for_an_address(s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**CREDENTIALS, **QUIET}.items():
        monkeypatch.setenv(name, value)
    assert list(differences_at(s3.address)) == []
    (missing,) = differences_at(s3.address.replace("/data?", "/nothing?"))
    assert "nothing lies there" in missing


@pytest.mark.parametrize(
    ("wrong", "words"), [("bucket/nothing?", "nothing lies there"), ("nobucket/data?", "no such bucket")]
)
def test_an_address_where_nothing_is(s3: S3, tmp_path: Path, wrong: str, words: str) -> None:
    address = s3.address.replace("bucket/data?", wrong)
    with running_broker(address, tmp_path / "data.sock") as broker, pytest.raises(CatalogError, match=words):
        catalog_of(broker, tmp_path)
