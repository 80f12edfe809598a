"""Whatever is asked: a plan comes back, its statement runs, and no word is dropped in silence."""

import string

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from agent_worker.offline.english.lexicon import PHRASES
from agent_worker.offline.planner import plan
from agent_worker.plan import DirectAnswer, SqlPlan, Turn
from bench.questions import Data, read_set
from bus.contract.events import Clarification

SETTINGS = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
NAMES = """flights airlines carrier destination origin month departure delay arrival distance plane planes seats engine
temperature wind speed JFK LGA LAX UA Delta United Boeing March 2013 2013-07-04 60 5 1,000 monday name airport"""
WORDS = [*sorted(PHRASES), *NAMES.split()]
ANSWERABLE = [question.ask for question in read_set("flights") if question.sql and not question.asks]


def is_plan(found: object) -> bool:
    return isinstance(found, SqlPlan | Clarification | DirectAnswer)


@SETTINGS
@given(st.text(max_size=200))
@example("was")
@example("have been")
def test_no_text_makes_it_raise(flights: Data, question: str) -> None:
    assert is_plan(plan(question, flights.catalog))


@SETTINGS
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join))
def test_every_statement_made_of_its_own_words_can_run(flights: Data, question: str) -> None:
    found = plan(question, flights.catalog)
    if isinstance(found, SqlPlan):
        flights.rows(f"EXPLAIN {found.sql}")


@SETTINGS
@given(
    st.sampled_from(ANSWERABLE),
    st.text(alphabet=string.ascii_lowercase, min_size=7, max_size=9).map("xq".__add__),
    st.integers(min_value=0, max_value=12),
)
def test_an_unknown_word_anywhere_makes_it_ask_back(flights: Data, question: str, word: str, place: int) -> None:
    words = question.split()
    assume(place <= len(words))
    asked = " ".join([*words[:place], word, *words[place:]])
    found = plan(asked, flights.catalog, [Turn("average departure delay by carrier")])
    assert isinstance(found, Clarification), found


@SETTINGS
@given(st.lists(st.sampled_from(ANSWERABLE), max_size=4), st.text(max_size=60))
def test_no_history_makes_it_raise(flights: Data, earlier: list[str], question: str) -> None:
    assert is_plan(plan(question, flights.catalog, [Turn(text) for text in earlier]))


@pytest.mark.parametrize("question", ["", " ", "?", "\x00", "a" * 5_000, "by " * 500, "'" * 99, "9" * 400])
def test_odd_texts_ask_back(flights: Data, question: str) -> None:
    assert isinstance(plan(question, flights.catalog), Clarification)
