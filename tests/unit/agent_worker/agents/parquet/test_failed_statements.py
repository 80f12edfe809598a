"""A statement that has failed is not run again, and a model that repeats itself is told so."""

import pytest

from agent_worker.agents.parquet.failed_statements import Failures
from agent_worker.engine.errors import EngineError
from agent_worker.llm.prompts.requests import Try


def failed(sql: str) -> EngineError:
    return EngineError(f"no column in {sql}\nsecond line", "binder", sql)


def test_the_same_statement_is_held_whatever_stands_around_it() -> None:
    failures, error = Failures(), failed("SELECT a")
    failures.hold("SELECT a")
    failures.add("SELECT a", error)
    failures.hold("SELECT b")
    with pytest.raises(EngineError) as caught:
        failures.hold("\n SELECT a ;\n")
    assert caught.value is error


def test_repetitions_count_as_tries_and_are_told_as_such() -> None:
    failures = Failures()
    failures.add("SELECT a", failed("SELECT a"))
    assert failures.said == "The statement failed (no column in SELECT a)"
    failures.add("SELECT b", failed("SELECT b"))
    failures.add("SELECT a;", last := failed("SELECT a"))
    assert failures.said == "The model sent a statement again that had failed"
    assert failures.tries == (Try("SELECT a;", str(last), 2), Try("SELECT b", str(failed("SELECT b")), 1))
    assert (failures.count, failures.last) == (3, last)
