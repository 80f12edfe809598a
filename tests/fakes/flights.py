"""A small catalog of the sample flights, and a model client for the fake server."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from agent_worker.llm.client import ModelClient
from agent_worker.llm.meter import CallLimits, Meter
from agent_worker.llm.prompts.preview import Preview
from agent_worker.llm.prompts.requests import AnswerRequest, PlanRequest
from agent_worker.llm.settings import ModelSettings
from bus.contract.catalog import Catalog, CatalogColumn, CatalogTable, JoinKey
from bus.contract.events import Column, Event, ResponseChunk, Status
from bus.contract.settings import Price
from tests.fakes.messages_server import MessagesServer
from tests.fakes.replies import Script

KEY = "sk-test-0123456789abcdef"
CATALOG = Catalog(
    tables=(
        CatalogTable(
            "flights",
            (
                CatalogColumn("month", "BIGINT", nulls=0, minimum="1", maximum="12"),
                CatalogColumn("carrier", "VARCHAR", nulls=0, distinct=3, values=("AA", "DL", "UA")),
                CatalogColumn("dep_delay", "BIGINT", nulls=8255, minimum="-43", maximum="1301"),
            ),
            336_776,
            ("/data/flights.parquet",),
        ),
        CatalogTable(
            "airlines",
            (CatalogColumn("carrier", "VARCHAR"), CatalogColumn("name", "VARCHAR", values=("Delta Air Lines Inc.",))),
            16,
            ("/data/airlines.parquet",),
        ),
    ),
    keys=(JoinKey("flights", "carrier", "airlines", "carrier"),),
)
PLAN = PlanRequest("How many flights per airline?", CATALOG)
ANSWER = AnswerRequest(
    PLAN.question,
    "SELECT carrier, count(*) AS flights FROM flights GROUP BY carrier",
    Preview((Column("carrier", "VARCHAR"), Column("flights", "BIGINT")), (("UA", 58_665), ("DL", 48_110)), 2),
)
WIRE = "messages"
"""What the servers of `model` speak; `tests/integration/model/conftest.py` has each wire its turn."""

PRICE = Price(input=2.0, output=10.0, cached=0.2)


@asynccontextmanager
async def model(
    script: Script,
    *,
    limits: CallLimits | None = None,
    emit: Callable[[Event], object] = lambda _: None,
    **settings: Any,
) -> AsyncIterator[tuple[MessagesServer, ModelClient]]:
    """A fake server with this script that speaks one wire, and a client of it, which is not told which; retries wait
    hardly at all unless settings say otherwise."""
    async with MessagesServer(script, wires=(WIRE,)) as server:
        given: dict[str, Any] = {"base_url": server.url, "api_key": KEY, "first_retry_wait_s": 0.001, "model": "fake"}
        chosen = ModelSettings(**(given | {"prices": {"fake": PRICE}} | settings))
        async with ModelClient(chosen, Meter(chosen.price, limits), emit) as client:
            yield server, client


def statuses(events: Iterable[Event]) -> list[str]:
    """What was said for people."""
    return [event.message for event in events if isinstance(event, Status)]


def monitor_pieces(events: Iterable[Event]) -> list[str]:
    """What the prompt monitor shows, piece by piece."""
    return [event.chunk for event in events if isinstance(event, ResponseChunk) and event.field == "prompt_monitor"]
