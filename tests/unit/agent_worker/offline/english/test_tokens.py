"""Words as they are said of what belongs to somebody."""

import pytest

from agent_worker.offline.english.tokens import tokenize


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("the students' names", ["the", "students", "names"]),
        ("the student\u2019s name", ["the", "student", "name"]),
        ("called 'New Cars' or 'Ships'", ["called", "new cars", "or", "ships"]),
    ],
)
def test_what_belongs_to_one_or_to_several_is_said_without_the_sign(question: str, words: list[str]) -> None:
    assert [token.lower for token in tokenize(question)] == words
