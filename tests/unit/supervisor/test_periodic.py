"""Calls recur, whatever one of them does, until they are closed."""

import asyncio

import pytest

from supervisor.periodic import Periodic


async def test_a_call_that_fails_comes_again_and_holds_no_other_up(caplog: pytest.LogCaptureFixture) -> None:
    calls: list[str] = []
    enough = asyncio.Event()

    def fails() -> None:
        calls.append("fails")
        raise ValueError("no")

    def works() -> None:
        calls.append("works")
        if calls.count("fails") > 1 and calls.count("works") > 1:
            enough.set()

    periodic = Periodic([(0.001, fails), (0.001, works)])
    await enough.wait()
    periodic.close()
    await asyncio.sleep(0)
    count = len(calls)
    await asyncio.sleep(0.01)
    assert len(calls) == count
    assert calls[:2] == ["fails", "works"]
    assert any("fails failed" in record.getMessage() for record in caplog.records)
