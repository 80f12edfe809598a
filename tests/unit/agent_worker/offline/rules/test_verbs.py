"""A verb is never dropped in silence: what it says is in the statement, or it is asked back."""

from datetime import datetime

import msgspec
import pytest

from agent_worker.offline.planner import plan
from agent_worker.plan import SqlPlan
from bus.contract.catalog import Measure
from tests.harness.data.small_tables import Make, Tables

REPAIRS: Tables = {
    "repair": {"repair_id": [1, 2, 3, 4, 5], "owner": ["Ann", "Ann", "Ben", "Ben", "Ben"],
               "state": ["abandoned", "abandoned", "done", "failed", "done"],
               "abandoned_by": ["Kim", "Lee", None, None, None], "stage": ["early", "late", "late", "early", "late"],
               "abandon_cost": [5.0, 7.0, None, None, None],
               "day": [datetime(2026, 3, day) for day in (1, 1, 1, 2, 2)]},
}  # fmt: skip
LOANS: Tables = {
    "member": {"member_id": [1, 2, 3], "name": ["Ann", "Ben", "Cat"]},
    "loan": {"loan_id": [1, 2, 3, 4], "member_id": [1, 1, 2, 2], "out_on": [datetime(2026, 1, n) for n in range(1, 5)]},
}  # fmt: skip
SENT: Tables = {
    "parcel": {"parcel_id": [1, 2, 3], "carrier": ["Blue", "Blue", "Red"], "state": ["sent", "shipped", "shipped"],
               "taken_on": [datetime(2026, 1, n) for n in (1, 2, 3)],
               "shipped_on": [datetime(2026, 2, n) for n in (1, 2, 3)]},
}  # fmt: skip


def described(make: Make):  # type: ignore[no-untyped-def]
    """Repairs with a declared date, a measure and words of the owner's that share a stem with a verb."""
    data = make(REPAIRS)
    description = msgspec.structs.replace(
        data.catalog.description,
        synonyms={"whom": "repair.abandoned_by", "drop": "drops"},
        measures=(Measure("drops", "repair", "count(abandon_cost)"),),
        default_dates={"repair": "day"},
    )
    data.catalog = msgspec.structs.replace(data.catalog, description=description)
    return data


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        (
            "how many repairs were abandoned on 2026-03-01, by whom, at which stage?",
            "SELECT abandoned_by, stage, count(*) FROM repair WHERE state = 'abandoned' AND day(day) = 1 GROUP BY ALL",
        ),
        ("how many repairs failed on 2026-03-02", "SELECT count(*) FROM repair WHERE state = 'failed'"),
        ("how many repairs were abandoned by Kim", "SELECT count(*) FROM repair WHERE abandoned_by = 'Kim'"),
        ("how many repairs failed", "SELECT count(*) FROM repair WHERE state = 'failed'"),
        ("drops by whom", "SELECT abandoned_by, count(abandon_cost) FROM repair GROUP BY ALL"),
        ("drops by stage", "SELECT stage, count(abandon_cost) FROM repair GROUP BY ALL"),
    ],
)  # fmt: skip
def test_what_it_says_is_in_the_statement(make: Make, question: str, sql: str) -> None:
    data = described(make)
    found = plan(question, data.catalog)
    assert isinstance(found, SqlPlan), found
    assert sorted(map(repr, map(sorted_cells, data.rows(found.sql)))) == sorted(
        map(repr, map(sorted_cells, data.rows(sql)))
    )


def sorted_cells(row: tuple[object, ...]) -> list[str]:
    return sorted(map(repr, row))


@pytest.mark.parametrize(
    "question",
    [
        "how many repairs by stage were abandoned by whom",
        "which owner abandoned the most repairs",
        "which owners failed the most repairs",
        "how many repairs did each owner fail",
        "how many repairs were cancelled on 2026-03-01",
        "how many repairs crashed on 2026-03-01 by stage",
        "number of repairs abandoned by stage",
        "how many repairs were paid in 2026",
    ],
)
def test_one_without_a_place_is_asked_back(make: Make, question: str) -> None:
    data = described(make)
    found = plan(question, data.catalog)
    if isinstance(found, SqlPlan):  # then only with the condition that the verb is
        assert "'abandoned'" in found.sql or "'failed'" in found.sql, found.sql


@pytest.mark.parametrize(
    ("tables", "question"),
    [
        (LOANS, "which member returned the most loans"),
        (LOANS, "names of members who have not returned a loan"),
        (LOANS, "how many loans were repaid in January 2026"),
        (LOANS, "names of members who lost a loan"),
        (SENT, "how many parcels were delivered in January 2026"),
        (SENT, "which carrier delivered the most parcels"),
    ],
)
def test_how_something_went_is_no_mere_link(make: Make, tables: Tables, question: str) -> None:
    assert not isinstance(plan(question, make(tables).catalog), SqlPlan)


def test_the_date_that_a_verb_tells_of_is_meant(make: Make) -> None:
    found = plan("how many parcels were shipped in February 2026", make(SENT).catalog)
    assert isinstance(found, SqlPlan)
    assert "shipped_on" in found.sql
    assert "taken_on" not in found.sql
