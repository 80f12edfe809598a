"""The client of the bus: ask, stop, list, show, and follow a job's stream."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from bus.address import Address, owner_of, read_address, read_key, require_owner
from bus.follower import Follower
from bus.log import LogReader
from bus.transport.channel import Channel
from bus.transport.codec import BUS_VERSION, CodecError, Decoder, encode
from bus.transport.delivery import Cursor, Verdict
from bus.transport.sockets import BusError, connect_dealer, connect_subscriber, new_context
from bus.wire.batch import Batch
from bus.wire.commands import AnyCommand
from bus.wire.replies import AnyReply, Refused
from bus.wire.topics import HEADS, Heads, clients_topic, job_topic, parse

CONFIRM_TIMEOUT_S = 1.0

R = TypeVar("R", bound=AnyReply)

_decode_reply: Decoder[AnyReply] = Decoder(AnyReply)


class CommandRefused(Exception):
    """The supervisor said no; `refused` has code, error and hint."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.error)
        self.refused = refused


class _Stream:
    """One job's followers here, and whether the supervisor has confirmed that it publishes to us."""

    def __init__(self) -> None:
        self.followers: list[Follower] = []
        self.present = 0
        self.confirmed = asyncio.Event()


class BusClient:
    """One connection to a supervisor; made and closed in a running loop, used by that loop alone."""

    def __init__(self, address: Address, key: bytes, owner: int) -> None:
        self._key = key
        self._folder, self._owner = Path(address.runtime_dir), owner
        self._context = new_context()
        self._log_path = Path(address.log)
        self._log: LogReader | None = None
        self._commands = Channel(connect_dealer(self._context, address.commands), self._on_reply)
        self._events = Channel(connect_subscriber(self._context, address.events, key), self._on_published)
        self._events.subscribe(HEADS)
        self._replies: dict[bytes, asyncio.Future[AnyReply]] = {}
        self._next_request = 0
        self._streams: dict[str, _Stream] = {}
        self._stays_present = False

    @classmethod
    def connect(cls, state_dir: Path) -> "BusClient":
        """The client of the supervisor that serves this state folder. Raises `BusError`."""
        return cls(read_address(state_dir), read_key(state_dir), owner_of(state_dir))

    def close(self) -> None:
        """Close the sockets; requests under way fail."""
        for waiting in self._replies.values():
            waiting.cancel()
        self._commands.close()
        self._events.close()
        if self._log is not None:
            self._log.close()
        self._context.term()

    async def request(self, command: AnyCommand, expect: type[R], timeout_s: float = 10.0) -> R:
        """Give a command and wait for its reply of type `expect`.

        Raises `CommandRefused`, or `BusError` when there is no answer in time. Commands are safe to repeat.
        A supervisor that was away so long does not carry it out any more.
        """
        require_owner(self._folder, self._owner)  # each time: the supervisor may have ended since the last one
        self._next_request += 1
        request_id = self._next_request.to_bytes(8, "big")
        reply: asyncio.Future[AnyReply] = asyncio.get_running_loop().create_future()
        self._replies[request_id] = reply
        until = str(time.monotonic() + timeout_s).encode()  # the same clock for all programs of a machine
        self._commands.send([request_id, BUS_VERSION.encode(), self._key, until, encode(command)])
        try:
            # Not wait_for: before Python 3.12 it forgets a cancellation that comes together with the reply.
            async with asyncio.timeout(timeout_s):
                answer = await reply
        except TimeoutError as error:
            raise BusError(f"the supervisor did not answer within {timeout_s:g} s; is it running?") from error
        finally:
            self._replies.pop(request_id, None)
        if isinstance(answer, Refused):
            raise CommandRefused(answer)
        if not isinstance(answer, expect):
            raise BusError(f"the supervisor answered {type(answer).__name__}, expected {expect.__name__}")
        return answer

    async def follow(
        self, job_id: str, after: int = 0, *, present: bool = False
    ) -> AsyncGenerator[tuple[Batch, int], None]:
        """A job's stream from event `after + 1` to its end, each event once, in order.

        Yields (batch, skip): the batch's events after the first `skip` are new. `present` counts this follower as
        somebody for whom the job runs. Ends after the final batch.
        """
        log = self._open_log()
        follower = self._join(job_id, after, present)
        try:
            ended_at = log.final(job_id)  # looked up while the confirmation is on its way
            if ended_at is not None and ended_at <= after:
                return
            await self._confirmed(job_id)
            while True:
                if follower.behind:
                    follower.behind = False
                    async for batch, skip in _read_log(log, job_id, follower.cursor):
                        yield batch, skip
                        if batch.final:
                            return
                live = follower.take()
                if live is None:
                    follower.wake.clear()
                    if not follower.behind:
                        await follower.wake.wait()
                    continue
                verdict, skip = follower.cursor.judge(live.first, live.last)
                if verdict is Verdict.GAP:
                    follower.fall_behind()
                elif verdict is Verdict.TAKE:
                    yield live, skip
                    if live.final:
                        return
        finally:
            self._leave(job_id, follower, present)

    def stay_present(self) -> bool:
        """Keep counting the followers that are present at a job here as present until `close`, because they are moving
        to another gateway. Returns whether there are any."""
        self._stays_present = True
        return any(stream.present for stream in self._streams.values())

    def read_on(self) -> None:
        """Have every follower read the log: the supervisor has ended, and no longer publishes what was missed."""
        for stream in self._streams.values():
            for follower in stream.followers:
                follower.fall_behind()

    def _open_log(self) -> LogReader:
        if self._log is None:
            self._log = LogReader(self._log_path)
        return self._log

    def _join(self, job_id: str, after: int, present: bool) -> Follower:
        """A follower with its subscription on the way."""
        follower = Follower(after)
        stream = self._streams.setdefault(job_id, _Stream())
        stream.followers.append(follower)
        if len(stream.followers) == 1:
            self._events.subscribe(job_topic(job_id))
        stream.present += present
        if present and stream.present == 1:
            self._events.subscribe(clients_topic(job_id))
        return follower

    async def _confirmed(self, job_id: str) -> None:
        """Wait until the subscription stands. Without a confirmation in time (the supervisor is away) one reads the
        log, and goes on when the supervisor publishes again."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CONFIRM_TIMEOUT_S):
                await self._streams[job_id].confirmed.wait()

    def _leave(self, job_id: str, follower: Follower, present: bool) -> None:
        stream = self._streams[job_id]
        stream.followers.remove(follower)
        stream.present -= present
        if present and stream.present == 0 and not self._stays_present:
            self._events.unsubscribe(clients_topic(job_id))
        if not stream.followers:
            del self._streams[job_id]
            self._events.unsubscribe(job_topic(job_id))

    def _on_reply(self, frames: list[bytes]) -> None:
        waiting = self._replies.get(frames[0])
        if waiting is None or waiting.done():
            return
        try:
            waiting.set_result(_decode_reply(frames[1]))
        except CodecError as error:
            waiting.set_exception(BusError(f"a reply of the supervisor could not be read: {error}"))

    def _on_published(self, frames: list[bytes]) -> None:
        published = parse(frames[0])
        if isinstance(published, Heads):
            self._on_heads(published)
            return
        job_id, said = published
        stream = self._streams.get(job_id)
        if stream is None:
            return
        stream.confirmed.set()
        if said.blob:
            batch = Batch(job_id, said.first, said.last, said.at, said.final, said.blob, said.recorded)
            for follower in stream.followers:
                follower.offer(batch)
        else:
            for follower in stream.followers:
                follower.head(said.last)

    def _on_heads(self, heads: Heads) -> None:
        for job_id, stream in self._streams.items():
            last = heads.last.get(job_id)
            for follower in stream.followers:
                if last is not None:
                    follower.head(last)
                elif not follower.waiting:
                    follower.fall_behind()  # it ended so long ago that it is told no more: the log has the rest


async def _read_log(log: LogReader, job_id: str, cursor: Cursor) -> AsyncIterator[tuple[Batch, int]]:
    while batches := log.read(job_id, cursor.after):
        for batch in batches:
            verdict, skip = cursor.judge(batch.first, batch.last)
            if verdict is Verdict.GAP:
                raise BusError(
                    f"events {cursor.after + 1} to {batch.first - 1} of job {job_id} are not in the log any more; "
                    "`deadstop history` has them"
                )
            if verdict is Verdict.TAKE:
                yield batch, skip
        await asyncio.sleep(0)  # the others' turn: a long backlog is many reads
