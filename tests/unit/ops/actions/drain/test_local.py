"""Waiting for the `serve` of this machine to end."""

import asyncio
import os
from pathlib import Path

import pytest

from bus.address import make_address, make_key, make_runtime_folder, write_address
from ops.actions.drain.local import LocalServer
from ops.client.over_bus import LocalJobs


@pytest.mark.parametrize("passes", range(6))
async def test_a_cancellation_that_comes_together_with_the_end_is_not_forgotten(tmp_path: Path, passes: int) -> None:
    """The loop passes so often between the two; in some of these passes the end is known but not yet told."""
    address = make_address(tmp_path, "")
    runtime = make_runtime_folder(Path(address.runtime_dir))
    make_key(tmp_path)
    write_address(tmp_path, address)
    jobs = LocalJobs(tmp_path)
    serve, lives = os.pipe()  # readable once it is closed, as the pidfd of a process that has ended
    try:
        waiting = asyncio.create_task(LocalServer(jobs, tmp_path, serve, 10.0).gone())
        await asyncio.sleep(0)
        os.close(lives)
        for _ in range(passes):
            await asyncio.sleep(0)
        if waiting.cancel():
            with pytest.raises(asyncio.CancelledError):
                await waiting
    finally:
        await jobs.close()
        os.close(serve)
        runtime.rmdir()
