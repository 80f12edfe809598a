"""A question that is not read as a whole, cut into segments: names and values of the data, and other words."""

import pytest

from agent_worker.offline.question.single import CatalogWords
from tests.harness.data.small_tables import Make, Tables

DESK: Tables = {
    "customers": {"customer_id": [1, 2], "name": ["Ada", "Bo"], "sex": ["f", "m"]},
    "flights": {"flight_id": [1, 2, 3], "customer_id": [1, 1, 2], "unit_price": [1.5, 2.5, 9.0]},
}


@pytest.mark.parametrize(
    ("question", "segments"),
    [
        ("how many customers", "count:how many name:customers"),
        ("average unit price by frobnication", "figure:average name:unit price group:by unknown:frobnication"),
        ("female customers", "value:female name:customers"),
        ("which expensive flights in March 2024", "word:which vague:expensive name:flights word:in literal:March 2024"),
        ("top 5 customers over 20", "top:top literal:5 name:customers compare:over literal:20"),
        ("who flew", "word:who name:flew"),  # by what is kept of it
        ("customers never seen", "name:customers unknown:never unknown:seen"),
    ],
)
def test_every_word_is_in_one_segment(make: Make, question: str, segments: str) -> None:
    found = CatalogWords(make(DESK).catalog).cut(question)
    assert " ".join(f"{segment.kind}:{segment.text}" for segment in found) == segments
