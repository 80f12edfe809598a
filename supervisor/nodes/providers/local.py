"""The provider whose nodes are all on this machine: `python -m supervisor.nodes.providers.local SUPERVISOR NODES`.

It starts a keeper for each, reaps what they leave, and offers the machine again when one has ended.
"""

import asyncio
import os
import sys
from pathlib import Path

import msgspec

from bus.system.prctl import become_subreaper, die_with
from supervisor.nodes.machine.orders import NodeOrders
from supervisor.nodes.providers.keepers import FAILED_AGAIN_S, OFFER_AGAIN_S, init_of, keeper_command, reap, why_failed
from supervisor.nodes.providers.messages import (
    MAX_ORDER_BYTES,
    NodeFailed,
    NodeReaped,
    NodeUp,
    Say,
    Started,
    StartNode,
    decode_to_provider,
    line_to_head,
)
from supervisor.places.capacity import LOCAL
from supervisor.places.cleanup import remove_folder


async def serve(nodes: int, say: Say) -> None:
    """Carry out orders from standard input until that is closed."""
    lines = asyncio.StreamReader(limit=MAX_ORDER_BYTES)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    for number in range(1, nodes + 1):
        say(NodeUp(LOCAL.format(number)))
    keeping: set[asyncio.Task[None]] = set()
    while line := await lines.readline():
        said = decode_to_provider.decode(line)
        if isinstance(said, StartNode):  # there are never more machines than this
            task = loop.create_task(_keep(msgspec.structs.replace(said.orders, parent=os.getpid()), say))
            keeping.add(task)
            task.add_done_callback(keeping.discard)


async def _keep(orders: NodeOrders, say: Say) -> None:
    """One node, from its start until nothing of it is left."""
    pipe = asyncio.subprocess.PIPE
    keeper = await asyncio.create_subprocess_exec(*keeper_command(), stdin=pipe, stdout=pipe)
    assert keeper.stdin is not None
    assert keeper.stdout is not None
    keeper.stdin.write(msgspec.json.encode(orders) + b"\n")
    said = await keeper.stdout.readline()
    init = init_of(said)
    if init is None:
        say(NodeFailed(orders.node_id, why_failed(said, await keeper.wait())))
        await asyncio.sleep(FAILED_AGAIN_S)
    else:
        say(Started(orders.node_id, keeper.pid, init[0]))
        await keeper.wait()
        await asyncio.to_thread(reap, *init)
        remove_folder(Path(orders.folder))
        say(NodeReaped(orders.node_id))
    await asyncio.sleep(OFFER_AGAIN_S)
    say(NodeUp(orders.name))


def main() -> None:
    """Serve, and end with the supervisor."""
    die_with(int(sys.argv[1]))
    become_subreaper()
    asyncio.run(serve(int(sys.argv[2]), line_to_head()))


if __name__ == "__main__":
    main()
