"""Who may connect to the sockets of a context: ZeroMQ's authentication protocol, RFC 27 (ZAP)."""

import hmac
from collections.abc import Callable

import zmq
from zmq.utils import z85

from bus.transport.channel import Channel
from bus.transport.sockets import UNBOUNDED, Context, bind, new_socket

ENDPOINT = "inproc://zeromq.zap.01"
"""Where libzmq asks whether a peer may connect (RFC 27)."""


def admit(context: Context, is_known: Callable[[str], bool], bus_key: bytes = b"") -> Channel:
    """Decide who may connect to the authenticated sockets of this context. To an encrypted line: a peer whose public
    key `is_known`. To the publisher: a peer that gives `bus_key`. Returns the channel that answers libzmq; to be called
    once for a context, before those sockets are bound. Raises `BusError`."""
    socket = bind(new_socket(context, zmq.ROUTER, {zmq.RCVHWM: UNBOUNDED}), ENDPOINT)

    def may_come_in(mechanism: bytes, credentials: list[bytes]) -> bool:
        match mechanism, credentials:
            case b"CURVE", [public_key]:
                return is_known(z85.encode(public_key).decode())
            case b"PLAIN", [_, password]:
                return bool(bus_key) and hmac.compare_digest(password, bus_key)
        return False

    def answer(frames: list[bytes]) -> None:
        peer, _, version, request_id, _, _, _, mechanism, *credentials = frames
        status = b"200" if may_come_in(mechanism, credentials) else b"400"
        channel.send([peer, b"", version, request_id, status, b"", b"", b""])

    channel = Channel(socket, answer)
    return channel
