"""Waiting over the wire: each hears its position as it changes, users take turns, and who finds no room hears why."""

import pytest

from tests.harness.gateways import RunningGateway, Wire
from tests.harness.zoo import zoo_settings

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {**zoo_settings(), "limits.max_running": 1, "limits.max_queued": 3}


async def position(wire: Wire) -> int:
    """What the next `agent_accepted` or `queue` says."""
    event = await wire.next()
    if event["event"] == "agent_accepted":
        return int(event["data"]["position"])
    assert event["data"]["chunk"]["type"] == "queue", event
    return int(event["data"]["chunk"]["position"])


async def test_a_queue_is_fair_and_tells_its_positions(gateway: RunningGateway) -> None:
    async with (
        gateway.wire("ann") as first,
        gateway.wire("ann") as second,
        gateway.wire("ann") as third,
        gateway.wire("bob") as bob,
    ):
        await first.ask("s1", "go", "sleeps")
        await first.until_chunk("status")
        await second.ask("s2", "go", "sleeps")
        assert await position(second) == 1
        await third.ask("s3", "go", "sleeps")
        assert await position(third) == 2
        await bob.ask("s1", "go", "sleeps")
        assert await position(bob) == 1  # ann has one running, and her others wait behind bob's first
        assert (await position(second), await position(third)) == (2, 3)
        await third.ask("s4", "go", "sleeps")
        refused = await third.next()
        data = refused["data"]
        assert (refused["event"], data["code"], data["retryable"]) == ("agent_error", "queue_full", True)
        assert data["error"] == "1 jobs run and 3 wait; the limit is 3 waiting"
        assert data["hint"]
        assert "seq" not in data
        await first.send("agent_kill", session_id="s1")
        await first.until("agent_killed")
        await bob.until_chunk("status")
        assert (await position(second), await position(third)) == (1, 2)
        for wire, name in ((bob, "s1"), (second, "s2"), (third, "s3")):
            await wire.send("agent_kill", session_id=name)
            await wire.until("agent_killed")
