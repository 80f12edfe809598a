"""Data that cannot be read is named, and what can be read is answered all the same."""

import shutil
from pathlib import Path

from agent_worker.data_folder import SAMPLE_DATA
from bus.contract.events import Completed, Failed
from tests.harness.servers import running_supervisor


async def test_a_corrupt_file_is_named_and_the_other_tables_live_on(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(SAMPLE_DATA / "airlines.parquet", folder)
    broken = folder / "planes.parquet"
    broken.write_bytes((SAMPLE_DATA / "planes.parquet").read_bytes()[:2000])
    async with running_supervisor(tmp_path, {"data.folder": str(folder)}) as supervisor:
        *_, (_, failed) = await supervisor.events(await supervisor.submit("select * from planes"))
        assert isinstance(failed, Failed)
        assert str(broken) in failed.error
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
