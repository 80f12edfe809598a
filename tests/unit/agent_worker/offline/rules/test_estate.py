"""What is for sale and what was sold, one day for groups and conditions, and two things that a home has."""

from datetime import date

import pytest

from agent_worker.offline.planner import plan
from bus.contract.events import Clarification
from tests.harness.data.small_tables import Make, Tables, assert_rows

ESTATE: Tables = {
    "properties": {"property_id": [1, 2, 3, 4], "property_type": ["house", "apartment", "apartment", "house"],
                   "street": ["Oak", "Elm", "Lake", "Mill"], "built_year": [1950, 2024, 1999, 2024],
                   "bedrooms": [4, 1, 2, 3], "has_balcony": [True, True, False, False],
                   "has_parking": [True, False, True, True], "asking_price": [500000, 200000, 250000, 400000],
                   "listed_on": [date(2024, 1, 5), date(2024, 1, 9), date(2024, 2, 1), date(2023, 5, 1)]},
    "buyers": {"buyer_id": [1, 2, 3], "buyer_name": ["Kim", "Alex", "Noa"]},
    "offers": {"offer_id": [1, 2, 3], "property_id": [1, 2, 2], "buyer_id": [1, 1, 2],
               "offer_amount": [480000, 190000, 185000]},
    "sales": {"sale_id": [1], "property_id": [2], "buyer_id": [2], "sold_on": [date(2024, 6, 1)],
              "sale_price": [195000]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("how many properties were listed per month in 2024", [{"2024-01-01", "2"}, {"2024-02-01", "1"}]),
        ("houses with parking and a balcony", [{"Oak"}]),
        ("which buyer made the most offers", [{"Kim", "2"}]),
        ("buyers who made no offers", [{"Noa"}]),
    ],
)
def test_it_is_read(make: Make, question: str, rows: list[set[str]]) -> None:
    data = make(ESTATE)
    assert_rows(data, plan(question, data.catalog), rows)


@pytest.mark.parametrize(
    "question",
    [
        "how many apartments are for sale",  # not those in the table of sales
        "average offer per property type",  # of money, rather than how many
    ],
)
def test_it_is_asked_back(make: Make, question: str) -> None:
    assert isinstance(plan(question, make(ESTATE).catalog), Clarification)


def test_a_number_is_compared_with_what_may_be_so_large(make: Make) -> None:
    found = plan("houses under 300000", make(ESTATE).catalog)
    assert isinstance(found, Clarification)
    assert found.suggestions[0] == "houses with asking price under 300000"
