"""A worker's line of events: when it gives the loop its turn."""

import asyncio

from agent_worker.runtime.event_loop import CountingLoop
from agent_worker.runtime.publisher import Publisher
from bus.transport.delivery import SendWindow
from bus.transport.sockets import new_context


def test_the_loop_gets_a_turn_only_if_it_has_had_none() -> None:
    loop, context = CountingLoop(), new_context()
    turns: list[int] = []

    async def breathe(publisher: Publisher) -> None:
        before = loop.turns
        await publisher.breathe()
        turns.append(loop.turns - before)

    async def agent() -> None:
        publisher = Publisher(loop, context, "inproc://nobody", b"", SendWindow(8, 1000))
        await asyncio.sleep(0)  # as an agent does that waits for something
        await breathe(publisher)
        await breathe(publisher)
        await breathe(publisher)
        await asyncio.sleep(0)
        await breathe(publisher)
        publisher.close()

    loop.run_until_complete(agent())
    loop.close()
    context.term()
    assert turns == [0, 1, 1, 0]
