"""No connection makes the supervisor take in more than the messages of its socket have."""

import re
import socket
import struct

import psutil
import pytest

from bus.address import read_address, read_key
from bus.contract.vocabulary import State
from bus.transport.sockets import MAX_SUBSCRIPTION_BYTES
from bus.wire.commands import MAX_COMMAND_BYTES
from bus.wire.worker import MAX_CONTROL_BYTES, MAX_MESSAGE_BYTES
from tests.harness.jobs.stopping import ROOMY, ended
from tests.harness.servers import PATIENCE_S, Supervisor

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = ROOMY

SOCKETS = {
    "commands": (b"DEALER", MAX_COMMAND_BYTES),
    "control": (b"DEALER", MAX_CONTROL_BYTES),
    "collector": (b"PUB", MAX_MESSAGE_BYTES),
    "events": (b"SUB", MAX_SUBSCRIPTION_BYTES),
}
"""What a peer of each socket is called, and the size of a frame that it takes."""

_COMMAND = 4
_LONG_FRAME = 2


def endpoint(supervisor: Supervisor, name: str) -> str:
    return str(getattr(read_address(supervisor.state_dir), name))


def greeting(mechanism: bytes) -> bytes:
    return b"\xff" + bytes(8) + b"\x7f\x03\x00" + mechanism.ljust(20, b"\0") + bytes(32)


def command(*parts: bytes) -> bytes:
    body = b"".join(parts)
    return bytes([_COMMAND, len(body)]) + body


def connected(supervisor: Supervisor, name: str, kind: bytes) -> socket.socket:
    """A connection that has shaken hands by ZMTP 3.0, with the key where one is asked for, and says nothing yet."""
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(PATIENCE_S)
    line.connect(endpoint(supervisor, name).removeprefix("ipc://"))
    socket_type = b"\x0bSocket-Type" + struct.pack(">I", len(kind)) + kind
    if name == "events":
        key = read_key(supervisor.state_dir)
        line.sendall(greeting(b"PLAIN") + command(b"\x05HELLO", b"\x01x", bytes([len(key)]), key))
        said = b""
        while b"\x07WELCOME" not in said:
            more = line.recv(4096)
            assert more, "the supervisor does not take the key"
            said += more
        line.sendall(command(b"\x08INITIATE", socket_type))
    else:
        line.sendall(greeting(b"NULL") + command(b"\x05READY", socket_type))
    assert line.recv(1), "the supervisor does not greet"
    return line


def is_closed_by_the_other(line: socket.socket) -> bool:
    try:
        while line.recv(4096):
            pass
    except ConnectionResetError:
        pass
    return True


@pytest.mark.parametrize("name", SOCKETS)
async def test_a_frame_that_is_too_large_is_not_read(supervisor: Supervisor, name: str) -> None:
    kind, max_bytes = SOCKETS[name]
    memory = psutil.Process(supervisor.process.pid).memory_info
    before = memory().rss
    with connected(supervisor, name, kind) as line:
        line.sendall(struct.pack(">BQ", _LONG_FRAME, max_bytes + 1))
        assert is_closed_by_the_other(line)  # else the receive above times out
    assert memory().rss - before < max_bytes + (8 << 20)
    await ended(supervisor, await supervisor.submit("hello", "echoes"))


@pytest.mark.parametrize("name", SOCKETS)
async def test_a_frame_of_just_the_limit_is_read(supervisor: Supervisor, name: str) -> None:
    kind, max_bytes = SOCKETS[name]
    with connected(supervisor, name, kind) as line:
        line.sendall(struct.pack(">BQ", _LONG_FRAME, max_bytes))
        for _ in range(max_bytes // 4096):
            line.sendall(bytes(4096))
        line.sendall(struct.pack(">BQ", _LONG_FRAME, max_bytes + 1))  # read after the one before
        assert is_closed_by_the_other(line)
    await ended(supervisor, await supervisor.submit("hello", "echoes"))


async def test_a_worker_that_connects_again_and_again_is_ended_alone(supervisor: Supervisor) -> None:
    """Where the supervisor has no descriptor left for a connection, the bus's library ends it, with all jobs."""
    neighbour = await supervisor.running("sleeps")
    job = await ended(supervisor, await supervisor.submit(endpoint(supervisor, "control")[len("ipc://") :], "connects"))
    assert job.failed.code == "agent_error"
    assert re.search(r"The worker opened [\d,]+ connections to the server; it may have 64\.", job.failed.error)
    assert (await supervisor.record(neighbour)).summary.state is State.RUNNING
    await supervisor.stop(neighbour)
    await ended(supervisor, neighbour)
