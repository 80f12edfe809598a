"""Ctrl-C counts; work that has not begun is cancelled by the first."""

import asyncio
import os
import signal

import pytest

from ops.actions.interrupts import Interrupted, Interrupts, counted


async def test_signals_are_counted_and_wake_who_waits_for_their_number() -> None:
    with counted() as interrupts:
        waiting = [asyncio.ensure_future(interrupts.reached(count)) for count in (1, 2)]
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.wait_for(waiting[0], 30)
        assert not waiting[1].done()
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(waiting[1], 30)


async def test_an_interrupt_cancels_what_it_guards() -> None:
    interrupts = Interrupts()
    cancelled = asyncio.Event()

    async def work() -> None:
        interrupts.add()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    with pytest.raises(Interrupted):
        await interrupts.guard(work())
    assert cancelled.is_set()


async def test_guarded_work_hands_over_its_result_or_its_error() -> None:
    async def work() -> int:
        return 7

    async def failing() -> int:
        raise ValueError("no")

    assert await Interrupts().guard(work()) == 7
    with pytest.raises(ValueError, match="no"):
        await Interrupts().guard(failing())
