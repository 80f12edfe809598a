"""The engine whose nodes are all on this machine: `python -m supervisor.nodes.engines.local SUPERVISOR NODES`.

It starts a keeper for each, reaps what they leave, and offers the machine again when one has ended.
"""

import asyncio
import os
import sys
from contextlib import suppress
from pathlib import Path

import msgspec

from bus.system.interpreter import interpreter_command
from bus.system.prctl import become_subreaper, die_with
from bus.system.proc import read_stat
from supervisor.nodes.engines.line import (
    EngineSaid,
    NodeFailed,
    NodeReaped,
    NodeUp,
    Started,
    decode_to_engine,
)
from supervisor.nodes.machine.orders import NodeOrders
from supervisor.places.cleanup import remove_folder

OFFER_AGAIN_S = 1.0
FAILED_AGAIN_S = 10.0

MAX_LINE_BYTES = 1 << 20


async def serve(nodes: int) -> None:
    """Until standard input is closed."""
    lines = asyncio.StreamReader(limit=MAX_LINE_BYTES)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    for number in range(1, nodes + 1):
        _say(NodeUp(f"local-{number}"))
    keeping: set[asyncio.Task[None]] = set()
    while line := await lines.readline():
        orders = decode_to_engine.decode(line).orders
        task = loop.create_task(_keep(msgspec.structs.replace(orders, parent=os.getpid())))
        keeping.add(task)
        task.add_done_callback(keeping.discard)


async def _keep(orders: NodeOrders) -> None:
    """One node, from its start until nothing of it is left."""
    keeper = await asyncio.create_subprocess_exec(
        *interpreter_command(),
        "-m",
        "supervisor.nodes.machine.keeper",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert keeper.stdin is not None
    assert keeper.stdout is not None
    keeper.stdin.write(msgspec.json.encode(orders) + b"\n")
    said = await keeper.stdout.readline()
    if not said:
        _say(NodeFailed(orders.agent_id, f"its keeper ended with status {await keeper.wait()}"))
        await asyncio.sleep(FAILED_AGAIN_S)
    else:
        init = int(said)
        stat = read_stat(init)
        _say(Started(orders.agent_id, keeper.pid, init))
        await keeper.wait()
        await asyncio.to_thread(_reap, init, stat.started if stat else 0)
        remove_folder(Path(orders.folder))
        _say(NodeReaped(orders.agent_id))
    await asyncio.sleep(OFFER_AGAIN_S)
    _say(NodeUp(orders.name))


def _reap(init: int, started: int) -> None:
    """Return when this process is reaped: one that outlived its keeper has become our child. What the keeper has reaped
    is no child of ours, and its number may be another's."""
    stat = read_stat(init)
    if stat is not None and stat.started == started:
        with suppress(ChildProcessError):
            os.waitpid(init, 0)


def _say(said: EngineSaid) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(said) + b"\n")
    sys.stdout.buffer.flush()


def main() -> None:
    """Serve, and end with the supervisor."""
    die_with(int(sys.argv[1]))
    become_subreaper()
    asyncio.run(serve(int(sys.argv[2])))


if __name__ == "__main__":
    main()
