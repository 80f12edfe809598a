"""The sample data and TPC-H: their catalogs, read once, and engines to run plans in."""

import sys
from pathlib import Path

import pytest

from bench.question_data.buildings import make_buildings
from bench.question_data.shop import make_shop
from bench.questions import SAMPLE, Data, make_tpch
from tests.harness.data.small_tables import Make, Tables, make_data


@pytest.fixture(scope="session")
def flights() -> Data:
    """The sample data, as a worker reads them."""
    return Data(SAMPLE)


@pytest.fixture(scope="session")
def tpch(tmp_path_factory: pytest.TempPathFactory) -> Data:
    """TPC-H at scale 0.01, without a description file."""
    if not (Path(sys.executable).parent / "tpchgen-cli").exists():
        pytest.skip("tpchgen-cli is not installed beside this Python: pip install tpchgen-cli")
    return Data(make_tpch(tmp_path_factory.mktemp("tpch")))


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Data:
    """A shop that no rule was tuned on."""
    return Data(make_shop(tmp_path_factory.mktemp("shop")))


@pytest.fixture(scope="session")
def buildings(tmp_path_factory: pytest.TempPathFactory) -> Data:
    """Buildings with sensors that no rule was tuned on."""
    return Data(make_buildings(tmp_path_factory.mktemp("buildings")))


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Makes a catalog, and an engine over it, of small tables: once for all tests of a module that ask of the same."""
    made: dict[str, Data] = {}

    def once(tables: Tables) -> Data:
        if (said := repr(tables)) not in made:
            made[said] = make_data(tmp_path_factory.mktemp("tables"), tables)
        return made[said]

    return once
