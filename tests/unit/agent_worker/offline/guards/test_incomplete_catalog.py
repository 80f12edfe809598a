"""A catalog whose join keys there was no time to look for: what is joined over it says so."""

import msgspec

from agent_worker.offline.planner import plan
from agent_worker.plan import SqlPlan
from bench.questions import Data
from bus.contract.catalog import Catalog

WORDS = "there was no time to look for all join keys"


def _unseen(catalog: Catalog) -> Catalog:
    tables = tuple(msgspec.structs.replace(table, unseen=True) for table in catalog.tables)
    return msgspec.structs.replace(catalog, tables=tables)


def _reading(question: str, catalog: Catalog) -> str:
    found = plan(question, catalog)
    assert isinstance(found, SqlPlan), found
    return found.reading


def test_what_is_joined_says_that_keys_may_be_missing(flights: Data) -> None:
    question = "average departure delay by airline name"
    assert WORDS not in _reading(question, flights.catalog)
    assert WORDS in _reading(question, _unseen(flights.catalog))


def test_what_is_not_joined_says_nothing_of_them(flights: Data) -> None:
    assert WORDS not in _reading("how many flights by carrier", _unseen(flights.catalog))
