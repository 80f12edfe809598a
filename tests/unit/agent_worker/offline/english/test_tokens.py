"""Words as they are said of one and of many, and of what belongs to them."""

import pytest

from agent_worker.offline.english.tokens import plural, tokenize


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("flight", "flights"), ("city", "cities"), ("day", "days"), ("branch", "branches"), ("box", "boxes"),
        ("order items", "order items"), ("weather", "weather"), ("store staff", "store staff"),
    ],
)  # fmt: skip
def test_what_is_said_of_many(one: str, many: str) -> None:
    assert plural(one) == many


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
