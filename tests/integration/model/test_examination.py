"""`deadstop model check`: what a server can do is found by asking it."""

import socket
from typing import Any

import pytest

from agent_worker.llm.examination import examine
from agent_worker.llm.settings import ModelSettings
from bus.contract.settings import Price
from tests.fakes.messages_server import MessagesServer
from tests.fakes.replies import Fail, Recorded, Reply, Say, Script, Use, use, words
from tests.fakes.scripts import no_tools, plain_only


def able(recorded: Recorded) -> Reply:
    """Does all that it is asked to."""
    if recorded.tools:
        return use("find", words="red apples")
    return words('{"verdict": "held"}' if "output_config" in recorded.body else "Yes.")


def wrong_call(recorded: Recorded) -> Reply:
    return Say(calls=(Use("dance", {}),)) if recorded.tools else able(recorded)


async def abilities(script: Script, wires: tuple[str, ...] = ("messages",), **settings: Any) -> dict[str, Any]:
    """Of each ability whether it is there, and what was found."""
    async with MessagesServer(script, wires=wires) as server:
        reached = ModelSettings(base_url=server.url, model="fake", **settings)
        return {one.name: (one.there, one.found) async for one in examine(reached)}


@pytest.mark.parametrize("wire", ["messages", "chat"])
async def test_a_server_that_can_do_all(wire: str) -> None:
    found = await abilities(able, (wire,), prices={"fake": Price(1, 2)})
    assert list(found) == ["answers", "wire", "counts tokens", "holds a schema", "calls tools", "price"]
    assert all(there is True for there, _ in found.values()), found
    assert found["counts tokens"][1] == "100 in, 1 out"
    assert wire in found["wire"][1].lower()


NO = {
    "ignores both": (lambda _: words("yes"), "no: it ignores one", "no: it was asked to call one, and did not"),
    "refuses both": (plain_only(no_tools(able)), "no: it refuses one", "no: its server takes none"),
    "calls wrongly": (wrong_call, "yes", "no: it calls them wrongly"),
}


@pytest.mark.parametrize("wire", ["messages", "chat"])
@pytest.mark.parametrize("case", NO)
async def test_a_server_that_cannot_do_something(wire: str, case: str) -> None:
    script, schema, tools = NO[case]
    found = await abilities(script, (wire,))
    assert (found["holds a schema"][1], found["calls tools"][1]) == (schema, tools)
    assert found["price"] == (None, "not known: max_cost_usd cannot be held")


@pytest.mark.parametrize("wire", ["messages", "chat"])
async def test_a_model_that_finds_no_end_answers_all_the_same(wire: str) -> None:
    found = await abilities(lambda _: Say(("so ", "and "), stop_reason="max_tokens"), (wire,))
    assert (found["answers"][0], found["wire"][0]) == (True, True)
    assert found["holds a schema"] == (None, "no: it ignores one")
    assert found["calls tools"] == (None, "no: it was asked to call one, and did not")


async def test_a_server_that_counts_nothing() -> None:
    found = await abilities(lambda _: words("yes", counts=False))
    assert found["counts tokens"] == (None, "no")


async def test_no_more_is_asked_of_a_server_that_does_not_answer() -> None:
    found = await abilities(lambda _: Fail(401, "authentication_error", "who are you?"))
    assert list(found) == ["answers"]
    assert found["answers"][0] is False
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    (dead,) = [one async for one in examine(ModelSettings(base_url=url))]
    assert (dead.there, "no model server answers" in dead.found) == (False, True)
