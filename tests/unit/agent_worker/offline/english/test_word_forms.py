"""Words as they are said of many."""

import pytest

from agent_worker.offline.english.word_forms import plural


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("flight", "flights"), ("city", "cities"), ("day", "days"), ("branch", "branches"), ("box", "boxes"),
        ("order items", "order items"), ("weather", "weather"), ("store staff", "store staff"),
    ],
)  # fmt: skip
def test_what_is_said_of_many(one: str, many: str) -> None:
    assert plural(one) == many
