"""What verbs say of hours, heads and days that some rows lack, and what is offered in its place, over an agency."""

from datetime import date

import pytest

from agent_worker.offline.planner import plan
from bus.contract.events import Clarification
from tests.harness.data.small_tables import Make, Tables, assert_rows

AGENCY: Tables = {
    "clients": {"id": [1, 2], "name": ["Helio", "Quanta"], "country": ["Spain", "Norway"]},
    "employees": {"id": [1, 2, 3], "first_name": ["Mara", "Tom", "Ines"], "last_name": ["Lind", "Okoye", "Ferro"],
                  "salary": [51000, 42000, 47000], "left_on": [None, date(2024, 6, 30), None]},
    "projects": {"id": [1, 2, 3], "title": ["Portal", "Audit", "App"], "client_id": [1, 1, 2], "lead_id": [1, 2, 1],
                 "budget": [9000, 30000, 12000], "finished_on": [date(2024, 3, 1), None, None]},
    "timesheets": {"id": [1, 2, 3, 4], "employee_id": [1, 1, 2, 3], "project_id": [1, 2, 2, 3],
                   "work_date": [date(2024, n, 5) for n in (1, 2, 3, 3)], "hours": [8.0, 2.5, 4.0, 6.5]},
    "invoices": {"invoice_no": [11, 12, 13], "project_id": [1, 2, 3], "amount": [500.0, 7000.5, 900.0],
                 "issued_on": [date(2024, n, 1) for n in (1, 2, 3)], "due_on": [date(2024, n, 9) for n in (2, 3, 4)],
                 "paid_on": [date(2024, 2, 2), None, date(2024, 5, 1)]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("total hours worked", [{"21.0"}]),
        ("total hours logged by Mara Lind", [{"10.5"}]),
        ("employees who left", [{"Tom"}]),
        ("how many invoices have been paid", [{"2"}]),
        ("paid invoices", [{"11"}, {"13"}]),
        ("invoices that were not paid", [{"12"}]),
        ("projects that are finished", [{"Portal"}]),
    ],
)
def test_it_is_read(make: Make, question: str, rows: list[set[str]]) -> None:
    data = make(AGENCY)
    assert_rows(data, plan(question, data.catalog), rows)


@pytest.mark.parametrize(
    "question",
    [
        "projects led by Mara Lind",  # `lead_id` leads nowhere that is known; she worked on others, too
        "hours of Mara Lind",
        "hours worked in March 2024",
    ],
)
def test_it_is_asked_back(make: Make, question: str) -> None:
    assert isinstance(plan(question, make(AGENCY).catalog), Clarification)


@pytest.mark.parametrize(
    ("question", "chips"),
    [
        ("hours worked in March 2024", {"total hours worked in March 2024"}),
        ("invoices over 800", {"invoices with amount over 800"}),
        ("invoices with over 800", {"invoices with amount over 800"}),
        ("revenue by month", {"total amount by month of issued on", "total amount by month of due on"}),
        ("revenue per client in 2024", {"total amount per client with issued on in 2024"}),
        ("how many clients do we frobnicate", {"how many clients"}),
    ],
)
def test_what_is_offered_keeps_what_was_said(make: Make, question: str, chips: set[str]) -> None:
    found = plan(question, make(AGENCY).catalog)
    assert isinstance(found, Clarification), found
    assert chips <= set(found.suggestions)
    assert "salary" not in found.question


def test_no_figure_of_a_date_is_asked_for(make: Make) -> None:
    found = plan("paid dates of invoices", make(AGENCY).catalog)
    assert isinstance(found, Clarification)
    assert "Which figure" not in found.question
