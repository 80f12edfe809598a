"""Every socket of the bus and its options, in one place; nothing else of ours imports zmq.

The options follow from measurements: a sender that must not lose waits for its subscriber and does not drop; a
receiver that must not lose has no high-water mark of its own, because the senders' windows bound what can be on the
way; the supervisor's own publisher may drop, because followers repair from the log.
"""

import asyncio
import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import zmq
from zmq.utils import z85

Frames = Sequence[bytes]
Socket = zmq.Socket[bytes]
Context = zmq.Context[Socket]

UNBOUNDED = 0
MAX_SUBSCRIPTION_BYTES = 4096
"""A topic: an agent's word and the id of a job."""

PUBLISHER_HIGH_WATER = 500
_EVENTS, _RCVMORE, _POLLIN = int(zmq.EVENTS), int(zmq.RCVMORE), int(zmq.POLLIN)
_NOBLOCK, _SNDMORE = int(zmq.NOBLOCK), int(zmq.SNDMORE)
"""As plain numbers: combining enumerations costs more than sending [24 against 10 microseconds for three frames]."""

ROUTER_HIGH_WATER = 1_000
"""Messages of one peer that wait to be looked at: it is read no further until they are, and none is lost. A worker that
says more than can be looked at would else fill the memory."""

COLLECTOR_HIGH_WATER = 10_000
"""The same of one worker's events: more than twice what [bus] window_events lets it send unacknowledged by default.
With a larger window a worker waits, and loses nothing."""

WORKER_HIGH_WATER = 1_000_000
"""Far above the window, which counts events; the socket counts messages."""


class BusError(Exception):
    """The bus cannot be used; the text names the endpoint and what to do."""


def new_context() -> Context:
    """A context for this process. Make it after the fork: one made before is broken in the child."""
    return zmq.Context()


def _socket(context: Context, kind: int, options: Mapping[Any, Any]) -> Socket:
    socket = context.socket(kind)
    for option, value in {zmq.LINGER: 0, **options}.items():
        socket.setsockopt(option, value)
    return socket


def _bind(socket: Socket, endpoint: str) -> Socket:
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
    return _bind(_socket(context, zmq.ROUTER, options), endpoint)


def connect_dealer(context: Context, endpoint: str) -> Socket:
    """The other end of control and of commands. It names itself anew with each connection: under a name of its own
    it could be refused after a broken one, for as long as the old one still seems to be there."""
    socket = _socket(context, zmq.DEALER, {zmq.RCVHWM: UNBOUNDED, zmq.SNDHWM: UNBOUNDED})
    socket.connect(endpoint)
    return socket


def bind_collector(context: Context, endpoint: str, max_bytes: int) -> Socket:
    """Where the supervisor collects every worker's events, each of at most `max_bytes`."""
    socket = _socket(context, zmq.SUB, {zmq.RCVHWM: COLLECTOR_HIGH_WATER, zmq.MAXMSGSIZE: max_bytes})
    socket.subscribe(b"")
    return _bind(socket, endpoint)


def connect_worker_publisher(context: Context, endpoint: str) -> Socket:
    """A worker's events. Send nothing before the subscription has been received: it would be lost. It comes again
    with each new connection, which without VERBOSE would not be reported."""
    options = {zmq.XPUB_NODROP: 1, zmq.XPUB_VERBOSE: 1, zmq.SNDHWM: WORKER_HIGH_WATER}
    socket = _socket(context, zmq.XPUB, options)
    socket.connect(endpoint)
    return socket


def bind_publisher(context: Context, endpoint: str) -> Socket:
    """What the supervisor tells those who have the bus's key; `admit` asks for it, and has to be there first. Reports
    every subscription (each is confirmed) and the last unsubscription of a topic; drops for a subscriber that does not
    keep up."""
    options = {
        zmq.XPUB_VERBOSE: 1,
        zmq.SNDHWM: PUBLISHER_HIGH_WATER,
        zmq.MAXMSGSIZE: MAX_SUBSCRIPTION_BYTES,
        zmq.PLAIN_SERVER: 1,
        zmq.ZAP_DOMAIN: b"followers",
        zmq.ZAP_ENFORCE_DOMAIN: 1,
    }
    return _bind(_socket(context, zmq.XPUB, options), endpoint)


def connect_subscriber(context: Context, endpoint: str, key: bytes) -> Socket:
    """A follower's end of the supervisor's publisher. With another key than the bus's it hears nothing."""
    options = {zmq.RCVHWM: PUBLISHER_HIGH_WATER, zmq.PLAIN_USERNAME: b"follower", zmq.PLAIN_PASSWORD: key}
    socket = _socket(context, zmq.SUB, options)
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
"""Between machines: an end that is cut off is noticed by its silence, for TCP alone would take minutes."""


def bind_line(context: Context, endpoint: str, secret_key: str, max_bytes: int) -> Socket:
    """The head's end of the lines to its nodes, encrypted; `admit` says whose key is let in, and has to be there
    first. Sending to a peer that is gone raises `Unroutable`."""
    curve = {zmq.CURVE_SERVER: 1, zmq.CURVE_SECRETKEY: secret_key.encode(), zmq.ZAP_DOMAIN: b"nodes"}
    options = {**_LINE, zmq.ROUTER_MANDATORY: 1, zmq.MAXMSGSIZE: max_bytes, **curve}
    return _bind(_socket(context, zmq.ROUTER, options), endpoint)


def connect_line(context: Context, endpoint: str, head_key: str, keys: tuple[str, str]) -> Socket:
    """A node's end; `keys` are its public and its secret one. It connects again by itself."""
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
    socket = _socket(context, zmq.DEALER, options)
    socket.connect(endpoint)
    return socket


def endpoint_of(socket: Socket) -> str:
    """Where a bound socket listens, with the port that it was given."""
    bound = socket.getsockopt(zmq.LAST_ENDPOINT)
    assert isinstance(bound, bytes)
    return bound.decode().rstrip("\0")


def admit(context: Context, is_known: Callable[[str], bool], bus_key: bytes = b"") -> "Channel":
    """Lets those in on this context's sockets whose public key is known, where a line is encrypted, or who have the
    bus's key, on the publisher (ZAP, RFC 27). One for a context."""
    socket = _bind(_socket(context, zmq.ROUTER, {zmq.RCVHWM: UNBOUNDED}), "inproc://zeromq.zap.01")

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


class Unroutable(Exception):
    """The peer a message was for is not connected."""


class Channel:
    """A socket in an asyncio loop: calls `on_message(frames)` for each message, in slices.

    A slice ends after `slice_messages`; then it yields to the loop, so that no flood on one socket delays timers or
    other sockets.
    """

    def __init__(
        self,
        socket: Socket,
        on_message: Callable[[list[bytes]], None],
        *,
        slice_messages: int = 64,
    ) -> None:
        self._socket = socket
        self._on_message = on_message
        self._slice_messages = slice_messages
        self._loop = asyncio.get_running_loop()
        self._fd = int(socket.getsockopt(zmq.FD))
        self._scheduled = False
        self._closed = False
        self._empty: list[asyncio.Future[None]] = []
        self._loop.add_reader(self._fd, self._schedule)
        self._schedule()

    def send(self, frames: Frames) -> None:
        """Queue a message. Raises `Unroutable` if its peer is not connected; a full publisher drops it."""
        try:
            for frame in frames[:-1]:
                self._socket.send(frame, _NOBLOCK | _SNDMORE)
            self._socket.send(frames[-1], _NOBLOCK)
        except zmq.Again:
            pass
        except zmq.ZMQError as error:
            if error.errno == zmq.EHOSTUNREACH:
                raise Unroutable(repr(frames[0])) from error
            raise
        finally:  # a call that fails swallows the edge too
            self._schedule_if_readable()

    def subscribe(self, topic: bytes) -> None:
        self._socket.subscribe(topic)
        self._schedule_if_readable()

    def unsubscribe(self, topic: bytes) -> None:
        if not self._closed:
            self._socket.unsubscribe(topic)
            self._schedule_if_readable()

    async def drained(self) -> None:
        """Wait until everything that has arrived by now has been handled."""
        empty: asyncio.Future[None] = self._loop.create_future()
        self._empty.append(empty)
        self._schedule()
        await empty

    def bind_again(self, endpoint: str) -> None:
        """Listen there once more, after the file of a bound endpoint was removed. Connections that stand go on: they
        would end if the endpoint were unbound first. Raises `BusError`."""
        try:
            self._socket.bind(endpoint)
        except zmq.ZMQError as error:
            raise BusError(f"{endpoint} cannot be bound again: {error.strerror}") from error
        finally:
            self._schedule_if_readable()

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._release_waiting()
            self._loop.remove_reader(self._fd)
            self._socket.close()

    def _schedule_if_readable(self) -> None:
        # The descriptor is edge-triggered, and any call on the socket can swallow the edge.
        if not self._scheduled and self._readable:
            self._schedule()

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._drain_slice)

    def _drain_slice(self) -> None:
        if self._closed:
            return
        received = 0
        more = True
        try:
            while received < self._slice_messages and not self._closed:
                more = self._readable
                if not more:
                    self._release_waiting()
                    break
                frames = self._receive()
                received += 1
                self._on_message(frames)
        finally:
            self._scheduled = False
            if more and not self._closed:
                self._schedule()

    @property
    def _readable(self) -> bool:
        return bool(int(self._socket.getsockopt(_EVENTS)) & _POLLIN)

    def _receive(self) -> list[bytes]:
        """A whole message, for it only becomes readable as one."""
        frames = [self._socket.recv(_NOBLOCK)]
        while self._socket.getsockopt(_RCVMORE):
            frames.append(self._socket.recv(_NOBLOCK))
        return frames

    def _release_waiting(self) -> None:
        for empty in self._empty:
            if not empty.done():
                empty.set_result(None)
        self._empty.clear()
