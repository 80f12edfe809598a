"""A client of the bus by itself: nobody answers it."""

import asyncio
from pathlib import Path

import pytest

from bus.address import make_address, make_key, make_runtime_folder, write_address
from bus.client import BusClient
from bus.contract.vocabulary import Role
from bus.wire.commands import Caller, Drain
from bus.wire.replies import Stats


async def test_a_cancellation_that_comes_together_with_the_reply_is_not_forgotten(tmp_path: Path) -> None:
    address = make_address(tmp_path, "")
    runtime = make_runtime_folder(Path(address.runtime_dir))
    make_key(tmp_path)
    write_address(tmp_path, address)
    client = BusClient.connect(tmp_path)
    try:
        asking = asyncio.create_task(client.request(Drain(Caller("ann", Role.USER)), Stats))
        await asyncio.sleep(0)
        (reply,) = client._replies.values()
        reply.set_result(Stats({}, {}))
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    finally:
        client.close()
        runtime.rmdir()
