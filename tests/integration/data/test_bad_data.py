"""Data that cannot be read is named, and what can be read is answered all the same."""

import shutil
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import pytest_asyncio
from deltalake import write_deltalake
from pyiceberg.catalog.sql import SqlCatalog

from agent_worker.data_folder import SAMPLE_DATA
from bus.contract.events import Completed, Event, Failed, TableRows
from tests.harness.servers import Supervisor, running_supervisor

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Data:
    """A folder, and who answers questions about it; `broken` and `damaged` are files in it that cannot be read."""

    supervisor: Supervisor
    broken: Path
    damaged: Path

    async def last(self, question: str) -> Event:
        *_, (_, last) = await self.supervisor.events(await self.supervisor.submit(question))
        return last

    async def rows(self, question: str) -> list[dict[str, Any]]:
        events = await self.supervisor.events(await self.supervisor.submit(question))
        (rows,) = [event for _, event in events if isinstance(event, TableRows)]
        found: list[dict[str, Any]] = pa.ipc.open_stream(rows.arrow).read_all().to_pylist()
        return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def data(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Data]:
    """Whole and corrupt files, a Delta table and an Iceberg table whose older rows have been overwritten."""
    folder = tmp_path_factory.mktemp("d") / "data"
    folder.mkdir()
    shutil.copy(SAMPLE_DATA / "airlines.parquet", folder)
    broken, damaged = folder / "planes.parquet", folder / "airports.parquet"
    broken.write_bytes((SAMPLE_DATA / "planes.parquet").read_bytes()[:2000])
    whole = (SAMPLE_DATA / "airports.parquet").read_bytes()
    damaged.write_bytes(whole[:4] + b"\xff" * 40 + whole[44:])
    older, rows = pa.table({"n": pa.array(range(30), pa.int64())}), pa.table({"n": pa.array([1, 2, 3], pa.int64())})
    write_deltalake(folder / "of_delta", older)
    write_deltalake(folder / "of_delta", rows, mode="overwrite")
    with closing(SqlCatalog("c", uri="sqlite:///:memory:", warehouse=f"file://{folder}")) as catalog:
        catalog.create_namespace("shop")
        table = catalog.create_table("shop.sales", rows.schema, location=f"file://{folder}/of_iceberg")
        table.append(older)
        table.overwrite(rows)
    async with running_supervisor(tmp_path_factory.mktemp("s"), {"data.folder": str(folder)}) as supervisor:
        yield Data(supervisor, broken, damaged)


async def test_a_corrupt_file_is_named_and_the_other_tables_live_on(data: Data) -> None:
    failed = await data.last("select * from planes")
    assert isinstance(failed, Failed)
    assert str(data.broken) in failed.error
    failed = await data.last("select * from airports")
    assert isinstance(failed, Failed)
    assert failed.error.startswith(f"{data.damaged} is damaged, or is being written")
    assert failed.hint == "see to the data and ask again"
    assert isinstance(await data.last("select count(*) from airlines"), Completed)


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


async def test_a_delta_table_is_read_by_its_log_inside_the_sandbox(data: Data) -> None:
    assert await data.rows("select count(*) as c, sum(n) as s from of_delta") == [{"c": 3, "s": 6}]


async def test_an_iceberg_table_is_read_by_its_metadata_inside_the_sandbox(data: Data) -> None:
    assert await data.rows("select count(*) as c, sum(n) as s from of_iceberg") == [{"c": 3, "s": 6}]
