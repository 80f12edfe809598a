"""What is said to the model about a question: the stable part first, then what fits it."""

import pytest

from agent_worker.llm.prompts.examples import nearest_examples
from agent_worker.llm.prompts.focus import Focus
from agent_worker.llm.prompts.requests import PlanRequest, plan_prompt
from bus.contract.catalog import Catalog, CatalogColumn, CatalogTable, Description, Example
from tests.fakes.flights import CATALOG

EXAMPLES = (
    Example("How many late flights were there per month?", "SELECT 1"),
    Example("Which airlines fly to Boston?", "SELECT 2"),
    Example("What is the average delay per airline and month?", "SELECT 3"),
    Example("How much is the fish?", "SELECT 4"),
    Example("How many flights per airline?", "SELECT 5"),
)
DATED = Catalog(
    (
        CatalogTable("sales", (CatalogColumn("day", "DATE", maximum="2024-05-31"),), 1, ()),
        CatalogTable(
            "stock",
            (
                CatalogColumn("at", "TIMESTAMP", maximum="2025-01-02 03:04:05"),
                CatalogColumn("valid", "DATE", maximum="9999-12-31"),
                CatalogColumn("n", "BIGINT", maximum="7"),
            ),
            1,
            (),
        ),
    )
)


def asked(request: PlanRequest) -> str:
    return str(plan_prompt(request).messages[0]["content"])


def test_nothing_that_changes_stands_in_the_cached_part() -> None:
    focus = Focus(("airlines",), values=(("flights", "carrier", "UA"),))
    one = plan_prompt(PlanRequest("How many?", CATALOG, focus=focus, today="2026-11-26"))
    other = plan_prompt(PlanRequest("Why?", CATALOG))
    assert one.system == other.system
    assert one.messages[0]["content"] == (
        '<tables>\nthe question may mean flights.carrier = "UA"\n</tables>\n'
        "<dates>\ntoday is 2026-11-26\n</dates>\n"
        "<question>\nHow many?\n</question>"
    )
    assert other.messages[0]["content"] == "<question>\nWhy?\n</question>"


def test_the_examples_that_are_most_like_the_question_are_told() -> None:
    found = nearest_examples("How many flights per airline and month?", EXAMPLES)
    assert [example.sql for example in found] == ["SELECT 5", "SELECT 1", "SELECT 3"]
    assert nearest_examples("Who am I?", EXAMPLES) == []
    catalog = Catalog((), description=Description(examples=EXAMPLES))
    assert "<examples>\nquestion: Which airlines fly to Boston?\nsql: SELECT 2\n" in asked(
        PlanRequest("Which airlines fly to JFK?", catalog)
    )
    assert "fish" not in plan_prompt(PlanRequest("How many flights?", catalog)).system


@pytest.mark.parametrize(
    ("near", "told"),
    [
        (("stock",), ["the last date in stock.at is 2025-01-02"]),
        ((), ["the last date in sales.day is 2024-05-31", "the last date in stock.at is 2025-01-02"]),
    ],
)
def test_today_and_the_last_day_of_the_data_are_told(near: tuple[str, ...], told: list[str]) -> None:
    text = asked(PlanRequest("What is new?", DATED, focus=Focus(near), today="2026-11-26"))
    assert "\n".join(["<dates>", "today is 2026-11-26", *told, "</dates>"]) in text


@pytest.mark.parametrize("rule", ["names, not keys", "keep ties", "multiplies", "date_trunc('month'", "QUALIFY"])
def test_what_models_get_wrong_is_said(rule: str) -> None:
    assert rule in plan_prompt(PlanRequest("How many?", CATALOG)).system
