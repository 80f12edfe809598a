"""What a side thread puts comes to the loop: in order, bounded, and with how the thread ended."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from functools import partial

import pytest

from agent_worker.engine.bridge import Bridge, Closed


def carried(bridge: Bridge[int], work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=bridge.carry, args=(work,), daemon=True)
    thread.start()
    return thread


def put_all(bridge: Bridge[int], count: int) -> None:
    for number in range(count):
        bridge.put(number)


async def taken_from(bridge: Bridge[int]) -> AsyncIterator[int]:
    while (part := await bridge.get()) is not None:
        yield part


async def test_parts_come_in_order_and_then_the_end() -> None:
    bridge: Bridge[int] = Bridge(2)
    thread = carried(bridge, partial(put_all, bridge, 1000))
    parts = [part async for part in taken_from(bridge)]
    thread.join(5)
    assert parts == list(range(1000))
    assert bridge.out.is_set()


async def test_the_thread_is_held_while_the_reader_is_behind() -> None:
    bridge: Bridge[int] = Bridge(2)
    put: list[int] = []

    def work() -> None:
        for number in range(5):
            bridge.put(number)
            put.append(number)

    thread = carried(bridge, work)
    for taken in range(3):
        assert await bridge.get() == taken
        assert len(put) <= taken + 1 + 2  # as many as were taken, and as many as may wait
    assert [part async for part in taken_from(bridge)] == [3, 4]
    thread.join(5)


async def test_an_error_of_the_thread_comes_after_what_it_has_put() -> None:
    bridge: Bridge[int] = Bridge(2)

    def work() -> None:
        bridge.put(1)
        raise ArithmeticError("no such number")

    carried(bridge, work).join(5)
    assert await bridge.get() == 1
    with pytest.raises(ArithmeticError, match="no such number"):
        await bridge.get()


async def test_closing_lets_a_thread_go_that_waits_for_room() -> None:
    bridge: Bridge[int] = Bridge(1)
    full = threading.Event()
    ended: list[type[BaseException]] = []

    def work() -> None:
        bridge.put(1)
        full.set()
        try:
            bridge.put(2)
        except Closed as error:
            ended.append(type(error))
            raise

    thread = carried(bridge, work)
    assert await asyncio.to_thread(full.wait, 5)
    bridge.close()
    await asyncio.wait_for(bridge.out.wait(), 5)
    thread.join(5)
    assert ended == [Closed]
    assert [part async for part in taken_from(bridge)] == [1]  # and then the end, without an error


def test_a_thread_whose_loop_has_ended_leaves() -> None:
    async def made() -> Bridge[int]:
        return Bridge(2)

    bridge = asyncio.run(made())
    thread = carried(bridge, partial(put_all, bridge, 10))
    thread.join(5)
    assert not thread.is_alive()
    assert bridge.closed
