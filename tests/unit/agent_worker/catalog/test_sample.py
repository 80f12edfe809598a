"""The catalog of the sample data."""

from pathlib import Path

import duckdb
import pytest

import agent_worker
from bench.question_data.whole_catalog import whole_catalog
from bus.contract.catalog import Catalog, JoinKey
from tests.harness.data.folders import column

SAMPLE = Path(agent_worker.__file__).parent / "sample_data"


@pytest.fixture(scope="module")
def sample() -> Catalog:
    with duckdb.connect(config={"threads": 2, "async_threads": 1}) as connection:
        return whole_catalog(SAMPLE, connection)


def test_the_sample_has_its_tables_and_counts(sample: Catalog) -> None:
    counts = {table.name: table.row_count for table in sample.tables}
    assert counts == {"airlines": 16, "airports": 1458, "flights": 336_776, "planes": 3322, "weather": 26_115}
    assert sample.warnings == ()


def test_the_sample_joins_are_found_from_names_and_values(sample: Catalog) -> None:
    assert set(sample.keys) == {
        JoinKey("flights", "carrier", "airlines", "carrier"),
        JoinKey("flights", "tailnum", "planes", "tailnum"),
        JoinKey("flights", "origin", "airports", "faa"),
        JoinKey("flights", "dest", "airports", "faa"),
        JoinKey("weather", "origin", "airports", "faa"),
    }


def test_columns_know_types_nulls_extremes_and_few_values(sample: Catalog) -> None:
    delay = column(sample, "flights", "dep_delay")
    assert (delay.nulls, delay.minimum, delay.maximum, delay.values) == (8255, "-43", "1301", ())
    assert column(sample, "flights", "origin").values == ("EWR", "JFK", "LGA")
    assert column(sample, "flights", "time_hour").type == "TIMESTAMP"


def test_tables_that_others_refer_to_list_what_they_are_called_by(sample: Catalog) -> None:
    assert "Logan" in " ".join(column(sample, "airports", "name").values)
    assert column(sample, "flights", "tailnum").values == ()
