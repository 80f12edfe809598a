"""One figure of all, where that is said behind what is asked for: "together", "altogether", "in total"."""

import pytest

from agent_worker.offline.planner import plan
from agent_worker.plan import SqlPlan
from tests.harness.data.small_tables import Make, Tables

HOTEL: Tables = {
    "room": {"room_id": [1, 2, 3], "floor": [1, 1, 2], "beds": [2, 3, 4], "view": ["sea", "yard", "sea"]},
    "guest": {"guest_id": [1, 2], "name": ["Ann", "Ben"], "room_id": [1, 3], "age": [30, 70]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("question", "figure"),
    [
        ("beds of all rooms together", "9"),
        ("how many rooms are there in total", "3"),
        ("guests older than 60 in total", "1"),
        ("average beds of all rooms together", "3.0"),
    ],
)
def test_it_is_added_up_or_counted(make: Make, question: str, figure: str) -> None:
    data = make(HOTEL)
    found = plan(question, data.catalog)
    assert isinstance(found, SqlPlan), found
    assert [str(value) for row in data.rows(found.sql) for value in row] == [figure], found.reading


def test_what_cannot_be_added_up_is_asked_back(make: Make) -> None:
    assert not isinstance(plan("names of guests together", make(HOTEL).catalog), SqlPlan)
