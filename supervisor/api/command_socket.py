"""The socket of the commands: checks key, version and time of each, has it answered, and sends the reply."""

import hmac
import logging
import time
from collections.abc import Callable

from bus.transport.channel import Channel, Frames, Unroutable
from bus.transport.codec import BUS_VERSION, CodecError, Decoder, encode, same_protocol
from bus.transport.sockets import Context, bind_router
from bus.wire.commands import MAX_COMMAND_BYTES, AnyCommand
from bus.wire.replies import UNAVAILABLE, AnyReply, Changed, QuestionSaved, Refused, ShareCreated, Submitted
from supervisor.storage.journal import Journal

log = logging.getLogger(__name__)

_decode_command: Decoder[AnyCommand] = Decoder(AnyCommand)


class CommandSocket:
    """Has each command of clients that know the `key` answered by `answer(command)`."""

    def __init__(
        self, channel: tuple[Context, str], key: bytes, journal: Journal, answer: Callable[[AnyCommand], AnyReply]
    ) -> None:
        context, self._endpoint = channel
        self._key = key
        self._journal = journal
        self._answer = answer
        self._channel = Channel(bind_router(context, self._endpoint, MAX_COMMAND_BYTES), self._on_command)

    def bind_again(self) -> None:
        """Listen once more: the socket's file was removed. Raises `BusError`."""
        self._channel.bind_again(self._endpoint)

    def close(self) -> None:
        self._channel.close()

    def _on_command(self, frames: list[bytes]) -> None:
        """[client, request id, version, key, until, command]. The reply to a change goes out once that is on disk."""
        if len(frames) != 6:
            return
        client, request_id, version, key, until, payload = frames
        reply = self._refuse_client(version, key) or _refuse_late(until) or self._carry_out(payload)
        message = [client, request_id, encode(reply)]
        if isinstance(reply, Submitted | Changed | ShareCreated | QuestionSaved):
            self._journal.after_commit(lambda: self._send(message), durable=True)
        else:
            self._send(message)

    def _send(self, message: Frames) -> None:
        try:
            self._channel.send(message)
        except Unroutable:
            log.debug("a client left before its reply", extra={"action": "reply"})

    def _refuse_client(self, version: bytes, key: bytes) -> Refused | None:
        if not hmac.compare_digest(key, self._key):
            return Refused("unauthorized", "the key of the bus is wrong", "are you the user who serves?")
        if not same_protocol(version.decode(errors="replace")):
            text = f"the supervisor speaks protocol {BUS_VERSION}, the client {version.decode(errors='replace')}"
            return Refused("protocol", text, "upgrade the older one")
        return None

    def _carry_out(self, payload: bytes) -> AnyReply:
        try:
            command = _decode_command(payload)
        except CodecError as error:
            return Refused("bad_request", f"the command cannot be read: {error}")
        try:
            return self._answer(command)
        except Exception as error:  # a fault of the program: the client must not wait for an answer that never comes
            name = type(command).__name__
            log.exception("%s failed", name, extra={"action": "command"})
            return Refused("internal", f"the supervisor could not handle {name}: {error!r}", "its log says why")


def _refuse_late(until: bytes) -> Refused | None:
    """`until` is the monotonic second at which the client stops waiting and reports that there was no answer."""
    try:
        late_s = time.monotonic() - float(until)
    except ValueError:
        return Refused("bad_request", f"{until[:32]!r} is no number of seconds", "send until when the client waits")
    if late_s <= 0:
        return None
    log.info("a command came %.1f s after its client had given up; refused", late_s, extra={"action": "late"})
    return Refused(UNAVAILABLE, f"the command came {late_s:.1f} s too late; it was not carried out", "send it again")
