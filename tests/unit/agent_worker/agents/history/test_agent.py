"""What the agent of the history changes in a question and in a catalog before anybody plans."""

from datetime import date

from agent_worker.agents.history.agent import with_dates, with_words
from agent_worker.agents.history.rows import JOBS
from bus.contract.catalog import Catalog, CatalogColumn, CatalogTable


def test_today_and_yesterday_become_dates() -> None:
    today = date(2026, 3, 1)
    assert with_dates("How many jobs Today?", today) == "How many jobs on 2026-03-01?"
    assert with_dates("stopped yesterday, by whom", today) == "stopped on 2026-02-28, by whom"
    assert with_dates("yesterdays todaya", today) == "yesterdays todaya"


def test_earlier_questions_are_not_words_for_anything_and_states_always_are() -> None:
    columns = tuple(CatalogColumn(name, "VARCHAR", values=("how many jobs?",)) for name in JOBS.names)
    catalog = with_words(Catalog((CatalogTable("jobs", columns, 1, ("jobs.parquet",)),)))
    known = {column.name: column.values for column in catalog.tables[0].columns}
    assert known["question"] == known["job_id"] == known["stderr"] == ()
    assert known["state"] == ("cancelled", "failed", "succeeded")
    assert known["rung"] == ("cancel", "terminate", "kill")
    assert "deadline" in known["reason"]
    assert known["user"] == ("how many jobs?",)
