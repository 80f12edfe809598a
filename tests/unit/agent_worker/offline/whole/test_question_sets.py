"""The question sets: every public question is right, the held-out ones keep their share, none gets a wrong number."""

import pytest

from bench.questions import Data, Question, judge, read_set

HELD_OUT_SHARE = {"held_out_flights": 0.9, "held_out_tpch": 0.9, "shop": 0.9, "buildings": 0.85}


@pytest.mark.parametrize("question", read_set("flights"), ids=lambda question: question.ask)
def test_flights(question: Question, flights: Data) -> None:
    verdict, said = judge(question, flights)
    assert verdict == "right", said


@pytest.mark.parametrize("question", read_set("tpch"), ids=lambda question: question.ask)
def test_tpch(question: Question, tpch: Data) -> None:
    verdict, said = judge(question, tpch)
    assert verdict == "right", said


@pytest.mark.parametrize("name", HELD_OUT_SHARE)
def test_held_out(name: str, request: pytest.FixtureRequest) -> None:
    data: Data = request.getfixturevalue(name.removeprefix("held_out_"))
    verdicts = [judge(question, data)[0] for question in read_set(name)]
    assert verdicts.count("wrong") == 0
    assert verdicts.count("right") / len(verdicts) >= HELD_OUT_SHARE[name]
