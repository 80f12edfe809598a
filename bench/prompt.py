"""What a question costs in tokens, by the size of the catalog: what is cached, what is not, and how long finding out
takes that fits the question.

python -m bench.prompt [--tables 5 200 1000] [--columns 20]
"""

import argparse
import json
import random
import time

from agent_worker.agents.parquet.exploration.focus import focus_on
from agent_worker.llm.meter import CHARS_PER_TOKEN
from agent_worker.llm.prompts.requests import PlanRequest, plan_prompt
from bus.contract.catalog import Catalog, CatalogColumn, CatalogTable

QUESTION = "What is the total payment amount per customer region in 2020 for open orders?"
THINGS = "order customer product invoice payment shipment store employee account supplier category review loan policy"
FACTS = "amount price status city region date count rating balance discount code type name total limit"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--tables", type=int, nargs="+", default=[5, 200, 1_000])
    arguments.add_argument("--columns", type=int, default=20)
    options = arguments.parse_args()
    for tables in options.tables:
        print(json.dumps(measure(tables, options.columns)))


def measure(tables: int, columns: int) -> dict[str, float]:
    """Estimated tokens of the planner's request, and milliseconds to make it."""
    catalog = made_up(tables, columns)
    began = time.perf_counter()
    request = PlanRequest(QUESTION, catalog, focus=focus_on(QUESTION, catalog), today="2026-01-31")
    prompt = plan_prompt(request)
    ms = (time.perf_counter() - began) * 1000
    asked = sum(len(message["content"]) for message in prompt.messages)
    return {
        "tables": tables,
        "columns": tables * columns,
        "cached_tokens": len(prompt.system) // CHARS_PER_TOKEN,
        "fresh_tokens": asked // CHARS_PER_TOKEN,
        "ms": round(ms, 1),
    }


def made_up(tables: int, columns: int) -> Catalog:
    """A catalog of usual names, a third of its columns texts with few values; the same each time."""
    chance = random.Random(1)
    return Catalog(tuple(_table(chance, number, columns) for number in range(tables)))


def _table(chance: random.Random, number: int, columns: int) -> CatalogTable:
    made = tuple(_column(chance, at) for at in range(columns))
    return CatalogTable(
        f"{chance.choice(THINGS.split())}_{chance.choice(THINGS.split())}_{number}", made, 1_000_000, ()
    )


def _column(chance: random.Random, at: int) -> CatalogColumn:
    name = f"{chance.choice(THINGS.split())}_{chance.choice(FACTS.split())}_{at}"
    if at % 3:
        return CatalogColumn(name, "BIGINT", nulls=0, minimum="0", maximum="1000000")
    values = tuple(f"{chance.choice(FACTS.split())} {value}" for value in range(12))
    return CatalogColumn(name, "VARCHAR", nulls=0, distinct=len(values), values=values)


if __name__ == "__main__":
    main()
