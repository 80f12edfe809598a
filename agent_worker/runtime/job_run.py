"""One job in its worker: runs the agent to its end, and sends what it says."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import msgspec

from agent_worker.context import AgentContext, AgentError, AgentOutput
from agent_worker.conversation_folder import FOLDER, NotKept, pack
from agent_worker.runtime.event_limits import MAX_TEXT_CHARS, asked_within_limits, within_limits
from agent_worker.runtime.output import OutputConverter
from agent_worker.runtime.publisher import Publisher
from agent_worker.runtime.result_builder import ResultBuilder
from agent_worker.whole_text import TextPieces, whole
from bus.contract.events import Event, ResponseChunk, Usage
from bus.contract.vocabulary import Reason
from bus.wire.worker import CancelledOutcome, Failure, JobSpec, Outcome, Success

Agent = Callable[[JobSpec, AgentContext], AsyncIterator[AgentOutput]]

_MEMORY_HINT = "ask for less, for example with a filter or a LIMIT, or raise [limits] max_memory_bytes"
_AGENT_HINT = "ask again; `deadstop show` has the traceback"


class JobRun:
    """The agent at its one job. `emit` sends an event at once, for callbacks too."""

    def __init__(self, agent: Agent, context: AgentContext, job: JobSpec, publisher: Publisher) -> None:
        self._agent = agent
        self._context = context
        self._job = job
        self._publisher = publisher
        self._exit: BaseException | None = None
        self._result = ResultBuilder(job.user_clarification or job.question)
        self._texts = {"response": TextPieces(), "prompt_monitor": TextPieces()}
        self._used = Usage()
        self._miscounts: Exception | None = None

    def emit(self, event: Event) -> bool:
        """True if the caller should `yield_to_loop` of the publisher."""
        if isinstance(event, ResponseChunk) and (text := self._texts[event.field].add(event.chunk)) is not event.chunk:
            event = ResponseChunk(event.field, text)
        if isinstance(event, ResponseChunk) and len(event.chunk) <= MAX_TEXT_CHARS:  # the most frequent one by far
            self._result.add(event)
            return self._publisher.emit(event)
        full = False
        for each in within_limits(event):
            self._result.add(each)
            full = self._publisher.emit(each) or full
        return full

    def usage(self) -> Usage:
        """What has been used so far: the agent's own count of model calls, and our count of rows. While the agent's
        count fails it is the last one, and the job does not succeed."""
        try:
            self._used = msgspec.structs.replace(self._context.usage(), rows=self._result.rows)
        except Exception as error:
            self._miscounts = error
        return self._used

    async def outcome(self) -> Outcome:
        """Run the agent to its end, however it ends; a stop is an outcome too."""
        try:
            await self._send_output()
            return self._success()
        except asyncio.CancelledError:
            return CancelledOutcome() if self._exit is None else _failure(self._exit)
        except AgentError as error:
            return Failure(error.reason, whole(error.code), whole(error.error), whole(error.hint), error.retryable)
        except MemoryError:
            return Failure(Reason.MEMORY, "memory", "The question needed more memory than it may use.", _MEMORY_HINT)
        except BaseException as error:  # also one that would end the process: what was said before it is kept
            traceback.print_exc()
            return _failure(error)

    def end_with(self, error: BaseException) -> None:
        """Have the job fail with this error, which the agent has raised beside its own coroutine, once its task is
        cancelled."""
        self._exit = error

    async def _send_output(self) -> None:
        output = OutputConverter(self._context, self._job.max_rows)
        async with aclosing(_generator(self._agent(self._job, self._context))) as pieces:
            async for said in pieces:
                for event in output.events(said):
                    if self.emit(event):
                        await self._publisher.yield_to_loop()
        for field, text in self._texts.items():
            if rest := text.end():
                self.emit(ResponseChunk(field, rest))  # type: ignore[arg-type]
        self._publisher.flush()
        self._publisher.check()
        self.usage()
        if self._miscounts is not None:
            raise self._miscounts

    def _success(self) -> Success:
        context = self._context
        files = self._kept_files()
        asked = asked_within_limits(context.clarification) if context.clarification else None
        result = self._result.result(self.usage(), asked, context.truncated)
        turn = self._result.turn(asked, dict(context.store) if context.store.lasts else {}, files)
        return Success(result, turn, context.catalog, context.rolled_up)

    def _kept_files(self) -> dict[str, bytes]:
        """What lies in the conversation's folder; where that cannot be kept, what lay in it before, with a warning."""
        if self._job.kept is None:
            return {}
        try:
            return pack(self._context.scratch / FOLDER)
        except (NotKept, OSError) as error:
            words = f"The conversation's folder holds {error}" if isinstance(error, NotKept) else str(error)
            self._context.warn(f"What the agent wanted to keep for the next question is not kept: {words}.")
            return self._job.kept.files


def _failure(error: BaseException) -> Failure:
    try:
        words = repr(error)
    except BaseException:
        words = f"{type(error).__name__}, which cannot be shown"
    return Failure(Reason.AGENT_ERROR, "agent_error", f"The agent failed: {whole(words)}", _AGENT_HINT)


def _generator(events: Any) -> Any:
    if not hasattr(events, "aclose"):
        raise TypeError(f"an agent must be an async generator (`async def` with `yield`), this one gave {events!r}")
    return events
