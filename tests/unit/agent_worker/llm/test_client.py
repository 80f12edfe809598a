"""What a client takes over of what earlier questions have found out, and what it refuses before anything is sent."""

from collections.abc import AsyncIterator

import pytest

from agent_worker.llm.client import ModelClient
from agent_worker.llm.errors import ModelError
from agent_worker.llm.meter import Meter
from agent_worker.llm.prompts.requests import PlanRequest
from agent_worker.llm.settings import ModelSettings
from agent_worker.llm.transport.connection import WIRES, wires
from bus.contract.catalog import Catalog
from bus.contract.settings import Price

OWN = ModelSettings(base_url="http://127.0.0.1:9", model="small", prices={"large": Price(input=3.0, output=15.0)})


@pytest.fixture
async def client() -> AsyncIterator[ModelClient]:
    async with ModelClient(OWN) as made:
        yield made


async def test_what_one_question_has_found_out_the_next_one_knows(client: ModelClient) -> None:
    assert client.notes == []
    client.refuses_tools = True
    client._connection.take_wire(WIRES["chat"])
    async with ModelClient(OWN) as later:
        later.know(client.notes)
        assert not later.takes_tools
        assert later._connection.wire is WIRES["chat"]
        assert later.notes == client.notes


async def test_what_is_known_of_one_model_is_not_of_another(client: ModelClient) -> None:
    client.refuses_tools = True
    async with ModelClient(OWN) as other:
        other.use("large")
        other.know(client.notes)
        assert other.takes_tools


async def test_a_wire_that_is_configured_is_neither_noted_nor_replaced(client: ModelClient) -> None:
    client._connection.take_wire(WIRES["chat"])
    fixed = ModelSettings(base_url=OWN.base_url, model=OWN.model, wire="messages")
    async with ModelClient(fixed) as later:
        later.know(client.notes)
        assert later._connection.wire is WIRES["messages"]
        later._connection.take_wire(WIRES["chat"])
        assert later.notes == []


async def test_tools_that_are_switched_off_are_not_tried() -> None:
    async with ModelClient(ModelSettings(base_url=OWN.base_url, tools=False)) as client:
        assert not client.takes_tools


async def test_another_model_has_its_own_price() -> None:
    meter = Meter(OWN.price)
    async with ModelClient(OWN, meter) as client:
        client.use("large")
        assert client.settings.model == "large"
        assert meter.price == Price(input=3.0, output=15.0) != OWN.price
        client.use("")
        assert client.settings.model == "large"


async def test_the_hosted_model_is_not_asked_without_a_key() -> None:
    meter = Meter(None)
    async with ModelClient(ModelSettings(api_key_env="OUR_KEY"), meter) as client:
        with pytest.raises(ModelError, match="needs a key and none is set") as caught:
            await client.plan(PlanRequest("how many?", Catalog(()), today="2024-03-09"))
    assert (caught.value.code, "OUR_KEY" in caught.value.hint) == ("llm_auth", True)
    assert meter.usage().model_calls == 0


@pytest.mark.parametrize(
    ("settings", "tried"),
    [
        (ModelSettings(), ["messages"]),
        (ModelSettings(wire="chat"), ["messages"]),
        (OWN, ["messages", "chat"]),
        (ModelSettings(base_url="http://127.0.0.1:9", wire="chat"), ["chat"]),
    ],
)
def test_wires_are_tried_in_one_order(settings: ModelSettings, tried: list[str]) -> None:
    assert wires(settings) == [WIRES[name] for name in tried]
