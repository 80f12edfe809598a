"""Values for which Python has no counterpart do not fail a question, in its first row or far behind."""

from pathlib import Path

import duckdb
import pytest

from bus.contract.events import Completed
from tests.harness.servers import running_supervisor

BEYOND = {
    "day": "DATE '10000-01-01'",
    "moment": "TIMESTAMP '10000-01-01 00:00:00'",
    "ever": "'infinity'::TIMESTAMP",
    "before": "'0044-03-15 (BC)'::DATE",
    "fine": "'2024-01-01 00:00:00.000000001'::TIMESTAMP_NS",
    "end_of_day": "'24:00:00'::TIME",
    "inside": "[{'at': DATE '10000-01-01'}]",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """`first` has them in its first row alone, `late` in row 9,001."""
    folder = tmp_path / "data"
    folder.mkdir()
    for name, row in (("first", 0), ("late", 9_000)):
        values = ", ".join(f"CASE WHEN range = {row} THEN {value} END AS {at}" for at, value in BEYOND.items())
        with duckdb.connect() as connection:
            sql = f"COPY (SELECT range AS n, {values} FROM range(9002) ORDER BY n) TO '{folder}/{name}.parquet'"
            connection.execute(sql).fetchall()
    return folder


async def test_a_question_over_them_is_answered(folder: Path, tmp_path: Path) -> None:
    async with running_supervisor(tmp_path, {"data.folder": str(folder)}) as supervisor:
        for table in ("first", "late"):
            events = await supervisor.events(await supervisor.submit(f"select * from {table} order by n"))
            completed = events[-1][1]
            assert isinstance(completed, Completed), completed
            assert completed.result.final_output["raw_table"]["row_count"] == 9_002
        completed = (await supervisor.events(await supervisor.submit("select day, moment from late where n = 9000")))[
            -1
        ][1]
        assert isinstance(completed, Completed)
        assert completed.result.final_output["response"] == "day: **10000-01-01**, moment: **10000-01-01 00:00:00**"
