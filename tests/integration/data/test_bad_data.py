"""Data that cannot be read is named, and what can be read is answered all the same."""

import shutil
from contextlib import closing
from pathlib import Path

import pyarrow as pa
from deltalake import write_deltalake
from pyiceberg.catalog.sql import SqlCatalog

from agent_worker.data_folder import SAMPLE_DATA
from bus.contract.events import Completed, Failed, TableRows
from tests.harness.servers import running_supervisor


async def test_a_corrupt_file_is_named_and_the_other_tables_live_on(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(SAMPLE_DATA / "airlines.parquet", folder)
    broken = folder / "planes.parquet"
    broken.write_bytes((SAMPLE_DATA / "planes.parquet").read_bytes()[:2000])
    damaged = folder / "airports.parquet"
    whole = (SAMPLE_DATA / "airports.parquet").read_bytes()
    damaged.write_bytes(whole[:4] + b"\xff" * 40 + whole[44:])
    async with running_supervisor(tmp_path, {"data.folder": str(folder)}) as supervisor:
        *_, (_, failed) = await supervisor.events(await supervisor.submit("select * from planes"))
        assert isinstance(failed, Failed)
        assert str(broken) in failed.error
        *_, (_, failed) = await supervisor.events(await supervisor.submit("select * from airports"))
        assert isinstance(failed, Failed)
        assert failed.error.startswith(f"{damaged} is damaged, or is being written")
        assert failed.hint == "see to the data and ask again"
        *_, (_, completed) = await supervisor.events(await supervisor.submit("select count(*) from airlines"))
        assert isinstance(completed, Completed)


async def test_a_folder_without_data_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    async with running_supervisor(tmp_path, {"data.folder": str(folder)}) as supervisor:
        job_id = await supervisor.submit("how many flights?")
        *_, (_, failed) = await supervisor.events(job_id)
        assert isinstance(failed, Failed)
        assert str(folder) in failed.error
        record = await supervisor.record(job_id)
        assert (record.error, record.code, record.hint) == (failed.error, failed.code, failed.hint)


async def test_a_delta_table_is_read_by_its_log_inside_the_sandbox(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    write_deltalake(folder / "sales", pa.table({"n": list(range(30))}))
    write_deltalake(folder / "sales", pa.table({"n": [1, 2, 3]}), mode="overwrite")
    async with running_supervisor(tmp_path, {"data.folder": str(folder)}) as supervisor:
        events = await supervisor.events(await supervisor.submit("select count(*) as c, sum(n) as s from sales"))
        (rows,) = [event for _, event in events if isinstance(event, TableRows)]
        assert pa.ipc.open_stream(rows.arrow).read_all().to_pylist() == [{"c": 3, "s": 6}]


async def test_an_iceberg_table_is_read_by_its_metadata_inside_the_sandbox(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    rows = pa.table({"n": pa.array([1, 2, 3], pa.int64())})
    with closing(SqlCatalog("c", uri="sqlite:///:memory:", warehouse=f"file://{folder}")) as catalog:
        catalog.create_namespace("shop")
        table = catalog.create_table("shop.sales", rows.schema, location=f"file://{folder}/sales")
        table.append(pa.table({"n": pa.array(range(30), pa.int64())}))
        table.overwrite(rows)
    async with running_supervisor(tmp_path, {"data.folder": str(folder)}) as supervisor:
        events = await supervisor.events(await supervisor.submit("select count(*) as c, sum(n) as s from sales"))
        (sent,) = [event for _, event in events if isinstance(event, TableRows)]
        assert pa.ipc.open_stream(sent.arrow).read_all().to_pylist() == [{"c": 3, "s": 6}]
