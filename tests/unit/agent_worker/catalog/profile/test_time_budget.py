"""Looks into the data are bounded, and the bound itself fails none."""

from pathlib import Path

import duckdb

from agent_worker.catalog.profile.time_budget import TimeBudget
from agent_worker.catalog.reader import read_catalog
from tests.harness.asking import write_parquet

LOOKS = 5_000
"""With so short a bound the engine interrupts about one of two thousand of the statements that set it."""


def test_a_bound_that_interrupts_the_statement_that_sets_it_is_set_all_the_same(tmp_path: Path) -> None:
    write_parquet(tmp_path / "numbers.parquet", "SELECT range AS n FROM range(10)")
    with duckdb.connect(config={"threads": 1, "async_threads": 1}) as connection:
        (table,) = read_catalog(tmp_path, connection=connection).tables
        budget = TimeBudget(connection, total_s=600.0, each_s=0.001)
        seen = [budget.rows("SELECT 1", table) for _ in range(LOOKS)]
    assert set(map(str, seen)) <= {"[(1,)]", "None"}
    assert (budget.failures, budget.missed) == ({}, seen.count(None))
