"""One job in its worker: runs the agent to its end, and sends what it says."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import msgspec

from agent_worker.context import AgentContext, AgentError, Said
from agent_worker.runtime.output import OutputConverter
from agent_worker.runtime.publisher import Publisher
from agent_worker.runtime.result_builder import ResultBuilder
from bus.contract.events import Event, Usage
from bus.contract.vocabulary import Reason
from bus.wire.worker import CancelledOutcome, Failure, JobSpec, Outcome, Success

Agent = Callable[[JobSpec, AgentContext], AsyncIterator[Said]]

_MEMORY_HINT = "ask for less, for example with a filter or a LIMIT, or raise [limits] max_memory_bytes"
_AGENT_HINT = "ask again; `deadstop show` has the traceback"


class JobRun:
    """The agent at its one job. `emit` sends an event at once, for callbacks too."""

    def __init__(self, agent: Agent, context: AgentContext, job: JobSpec, publisher: Publisher) -> None:
        self._agent = agent
        self._context = context
        self._job = job
        self._publisher = publisher
        self._result = ResultBuilder(job.user_clarification or job.question)
        self._used = Usage()
        self._miscounts: Exception | None = None

    def emit(self, event: Event) -> bool:
        """True if the caller should `yield_to_loop` of the publisher."""
        self._result.add(event)
        return self._publisher.emit(event)

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
            return CancelledOutcome()
        except AgentError as error:
            return Failure(error.reason, error.code, error.error, error.hint, error.retryable)
        except MemoryError:
            return Failure(Reason.MEMORY, "memory", "The question needed more memory than it may use.", _MEMORY_HINT)
        except Exception as error:
            traceback.print_exc()
            return Failure(Reason.AGENT_ERROR, "agent_error", f"The agent failed: {error!r}", _AGENT_HINT)

    async def _send_output(self) -> None:
        output = OutputConverter(self._context, self._job.max_rows)
        async with aclosing(_generator(self._agent(self._job, self._context))) as pieces:
            async for said in pieces:
                for event in output.events(said):
                    if self.emit(event):
                        await self._publisher.yield_to_loop()
        self._publisher.flush()
        self._publisher.check()
        self.usage()
        if self._miscounts is not None:
            raise self._miscounts

    def _success(self) -> Success:
        context = self._context
        result = self._result.result(self.usage(), context.clarification, context.truncated)
        return Success(result, self._result.turn(context.clarification), context.catalog, context.rolled_up)


def _generator(events: Any) -> Any:
    if not hasattr(events, "aclose"):
        raise TypeError(f"an agent must be an async generator (`async def` with `yield`), this one gave {events!r}")
    return events
