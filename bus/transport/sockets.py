"""Every kind of socket of the bus, and its options. Only this folder imports zmq.

The options follow from measurements: a sender that must not lose waits for its subscriber and does not drop; a
receiver that must not lose has no high-water mark of its own, because the senders' windows bound what can be on the
way; the supervisor's own publisher may drop, because followers repair from the log.
"""

from collections.abc import Mapping
from typing import Any

import zmq

Socket = zmq.Socket[bytes]
Context = zmq.Context[Socket]

UNBOUNDED = 0
MAX_SUBSCRIPTION_BYTES = 4096
"""A topic: an agent's word and the id of a job."""

PUBLISHER_HIGH_WATER = 500

ROUTER_HIGH_WATER = 1_000
"""Messages of one peer that wait to be looked at: it is read no further until they are, and none is lost. A worker that
says more than can be looked at would else fill the memory."""

COLLECTOR_HIGH_WATER = 10_000
"""Messages of one worker's events that wait to be looked at: more than twice what [bus] window_events lets it send
unacknowledged by default. With a larger window a worker waits, and loses nothing."""

WORKER_HIGH_WATER = 1_000_000
"""Far above the window, which counts events; the socket counts messages."""


class BusError(Exception):
    """The bus cannot be used; the text names the endpoint and what to do."""


def new_context() -> Context:
    """A context for this process. Make it after the fork: one made before is broken in the child."""
    return zmq.Context()


def new_socket(context: Context, kind: int, options: Mapping[Any, Any]) -> Socket:
    """A socket with these options, which drops what is unsent when it is closed."""
    socket = context.socket(kind)
    for option, value in {zmq.LINGER: 0, **options}.items():
        socket.setsockopt(option, value)
    return socket


def bind(socket: Socket, endpoint: str) -> Socket:
    """Have a socket listen at an endpoint, and return it. Raises `BusError` after closing it."""
    try:
        socket.bind(endpoint)
    except zmq.ZMQError as error:
        socket.close()
        raise BusError(
            f"{endpoint} cannot be bound: {error.strerror}; set [bus] runtime_dir to a short path"
        ) from error
    return socket


def bind_router(context: Context, endpoint: str, max_bytes: int) -> Socket:
    """The supervisor's end of control and of commands. Sending to a peer that is gone raises `Unroutable`. A peer that
    sends a frame of more than `max_bytes` is disconnected before the frame is read, as on every bound socket here."""
    options = {
        zmq.ROUTER_MANDATORY: 1,
        zmq.RCVHWM: ROUTER_HIGH_WATER,
        zmq.SNDHWM: UNBOUNDED,
        zmq.MAXMSGSIZE: max_bytes,
    }
    return bind(new_socket(context, zmq.ROUTER, options), endpoint)


def connect_dealer(context: Context, endpoint: str) -> Socket:
    """The other end of control and of commands. It names itself anew with each connection: under a name of its own
    it could be refused after a broken one, for as long as the old one still seems to be there."""
    socket = new_socket(context, zmq.DEALER, {zmq.RCVHWM: UNBOUNDED, zmq.SNDHWM: UNBOUNDED})
    socket.connect(endpoint)
    return socket


def bind_collector(context: Context, endpoint: str, max_bytes: int) -> Socket:
    """Where the supervisor collects every worker's events, each of at most `max_bytes`."""
    socket = new_socket(context, zmq.SUB, {zmq.RCVHWM: COLLECTOR_HIGH_WATER, zmq.MAXMSGSIZE: max_bytes})
    socket.subscribe(b"")
    return bind(socket, endpoint)


def connect_worker_publisher(context: Context, endpoint: str) -> Socket:
    """A worker's events. Send nothing before the subscription has been received: it would be lost. It comes again
    with each new connection, which without VERBOSE would not be reported."""
    options = {zmq.XPUB_NODROP: 1, zmq.XPUB_VERBOSE: 1, zmq.SNDHWM: WORKER_HIGH_WATER}
    socket = new_socket(context, zmq.XPUB, options)
    socket.connect(endpoint)
    return socket


def bind_publisher(context: Context, endpoint: str) -> Socket:
    """The socket on which the supervisor publishes. A subscriber needs the bus's key: `zap.admit` checks it, and must
    have been called before. The socket receives every subscription (each is confirmed) and the last unsubscription of a
    topic; it drops messages for a subscriber that does not keep up. Raises `BusError`."""
    options = {
        zmq.XPUB_VERBOSE: 1,
        zmq.SNDHWM: PUBLISHER_HIGH_WATER,
        zmq.MAXMSGSIZE: MAX_SUBSCRIPTION_BYTES,
        zmq.PLAIN_SERVER: 1,
        zmq.ZAP_DOMAIN: b"followers",
        zmq.ZAP_ENFORCE_DOMAIN: 1,
    }
    return bind(new_socket(context, zmq.XPUB, options), endpoint)


def connect_subscriber(context: Context, endpoint: str, key: bytes) -> Socket:
    """A follower's socket, connected to the supervisor's publisher. With another key than the bus's it receives
    nothing."""
    options = {zmq.RCVHWM: PUBLISHER_HIGH_WATER, zmq.PLAIN_USERNAME: b"follower", zmq.PLAIN_PASSWORD: key}
    socket = new_socket(context, zmq.SUB, options)
    socket.connect(endpoint)
    return socket


def new_keys() -> tuple[str, str]:
    """A public and a secret key for one end of a line between machines."""
    public, secret = zmq.curve_keypair()
    return public.decode(), secret.decode()


_LINE = {
    zmq.RCVHWM: UNBOUNDED,
    zmq.SNDHWM: UNBOUNDED,
    zmq.HEARTBEAT_IVL: 500,
    zmq.HEARTBEAT_TIMEOUT: 2000,
    zmq.HEARTBEAT_TTL: 2000,
}
"""Options of a line between machines: an end that is cut off is noticed by its silence, for TCP alone would take
minutes."""


def bind_line(context: Context, endpoint: str, secret_key: str, max_bytes: int) -> Socket:
    """The head's socket for the encrypted lines to its nodes. `zap.admit` checks the nodes' keys, and must have been
    called before. A message has at most `max_bytes`. Sending to a node that is gone raises `Unroutable`. Raises
    `BusError`."""
    curve = {zmq.CURVE_SERVER: 1, zmq.CURVE_SECRETKEY: secret_key.encode(), zmq.ZAP_DOMAIN: b"nodes"}
    options = {**_LINE, zmq.ROUTER_MANDATORY: 1, zmq.MAXMSGSIZE: max_bytes, **curve}
    return bind(new_socket(context, zmq.ROUTER, options), endpoint)


def connect_line(context: Context, endpoint: str, head_key: str, keys: tuple[str, str]) -> Socket:
    """A node's socket for its encrypted line to the head, whose public key is `head_key`; `keys` are the node's public
    and secret key. It connects again by itself."""
    options = {
        **_LINE,
        zmq.RECONNECT_IVL: 50,
        zmq.RECONNECT_IVL_MAX: 1000,
        zmq.CONNECT_TIMEOUT: 1000,
        zmq.TCP_MAXRT: 3000,
        zmq.CURVE_SERVERKEY: head_key.encode(),
        zmq.CURVE_PUBLICKEY: keys[0].encode(),
        zmq.CURVE_SECRETKEY: keys[1].encode(),
    }
    socket = new_socket(context, zmq.DEALER, options)
    socket.connect(endpoint)
    return socket


def endpoint_of(socket: Socket) -> str:
    """Where a bound socket listens, with the port that it was given."""
    bound = socket.getsockopt(zmq.LAST_ENDPOINT)
    assert isinstance(bound, bytes)
    return bound.decode().rstrip("\0")
