"""People's words and names in data: what fits, and what only looks as if."""

import pytest

from agent_worker.offline.english.spelling import corrected
from agent_worker.offline.english.tokens import atoms, number_of, tokenize
from agent_worker.offline.english.word_forms import stem
from agent_worker.offline.schema.matching import PARTIAL, fit, parts_of


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("departure delay", "dep_delay"),
        ("scheduled arrival time", "sched_arr_time"),
        ("air time", "air_time"),
        ("destination", "dest"),
        ("destinations", "dest"),
        ("tail number", "tailnum"),
        ("temperature", "temp"),
        ("dew point", "dewp"),
        ("humidity", "humid"),
        ("altitude", "alt"),
        ("order date", "orderdate"),
        ("extended price", "extendedprice"),
        ("account balance", "acctbal"),
        ("market segment", "mktsegment"),
        ("available quantity", "availqty"),
        ("line items", "lineitem"),
        ("tail num", "TailNum"),
        ("manufacturer", "mfgr"),
        ("buses", "bus"),
        ("statuses", "status"),
    ],
)
def test_words_fit_the_whole_name(words: str, name: str) -> None:
    cost = fit(tuple(words.split()), parts_of(name))
    assert cost is not None
    assert cost < PARTIAL


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("engineers", "engine"),
        ("partners", "part"),
        ("original", "origin"),
        ("late", "lat"),
        ("delay", "day"),
        ("flight schedule", "flights"),
        ("share of flights", "flights"),
        ("carriers", "car"),
        ("regional", "region"),
        ("ordered", "order"),
    ],
)
def test_words_of_the_same_root_do_not_fit(words: str, name: str) -> None:
    cost = fit(tuple(words.split()), parts_of(name))
    assert cost is None or cost >= PARTIAL


@pytest.mark.parametrize(("words", "name"), [("delay", "dep_delay"), ("segment", "mktsegment"), ("time", "air_time")])
def test_a_part_of_a_name_costs_more(words: str, name: str) -> None:
    cost = fit((words,), parts_of(name))
    assert cost is not None
    assert cost >= PARTIAL


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("fligths", "flights"), ("avrage", "average"), ("arival", "arrival"), ("destinatons", "destinations")],
)
def test_slips_of_the_finger_are_put_right(typed: str, meant: str) -> None:
    assert corrected(typed, {"flights", "average", "arrival", "destinations", "planes"}) == meant


@pytest.mark.parametrize("typed", ["fights", "plants", "plans", "flight", "cat", "zzzzzz", "2013"])
def test_other_words_are_left_alone(typed: str) -> None:
    assert corrected(typed, {"flights", "planes", "carrier", "flight"}) is None


def test_tokens_keep_their_places() -> None:
    question = "Flights from “Los Angeles” on 2013-07-04, over 1,200.5?"
    tokens = tokenize(question)
    assert [token.kind for token in tokens] == [*("word", "word", "quoted", "word", "date", "symbol", "word", "number")]
    assert all(question[token.start : token.end].strip("“”") == token.text for token in tokens)
    assert number_of(tokens[-1]) == 1200.5


@pytest.mark.parametrize(
    ("text", "number"), [("10k", 10_000), ("5M", 5_000_000), ("twelve", 12), ("3rd", 3), ("-4", -4)]
)
def test_numbers_are_read(text: str, number: float) -> None:
    assert number_of(tokenize(text)[0]) == number


def test_stems_and_atoms() -> None:
    assert [stem(word) for word in ("cities", "boxes", "prices", "class")] == ["city", "box", "price", "class"]
    assert atoms("America/New_York 1-URGENT") == ["america", "new", "york", "1", "urgent"]


def test_names_may_have_letters_of_any_script() -> None:
    assert parts_of("Größe_cm") == ("größe", "cm")
    assert parts_of("件数") == ("件数",)
