"""The program of a worker process: get ready, serve one job, leave when its last event is acknowledged."""

import asyncio
import importlib
import inspect
import logging
import os
import sys
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from agent_worker.context import AgentContext, AgentError, Said
from agent_worker.runtime.bootstrap import apply_sandbox, isolate_process
from agent_worker.runtime.event_loop import CountingLoop
from agent_worker.runtime.output import OutputConverter
from agent_worker.runtime.publisher import Publisher
from agent_worker.runtime.result_builder import Tally
from agent_worker.sandbox.restrict import Sandbox
from bus.contract.events import Event, Usage
from bus.contract.vocabulary import Reason
from bus.transport.codec import Decoder, encode
from bus.transport.delivery import SendWindow
from bus.transport.sockets import Channel, Context, connect_dealer, new_context
from bus.wire.worker import (
    Acknowledge,
    Assign,
    Cancel,
    CancelledOutcome,
    DataChanged,
    Failure,
    Heartbeat,
    JobSpec,
    Outcome,
    Ready,
    Success,
    ToWorker,
    WorkerSpec,
)

log = logging.getLogger(__name__)

Agent = Callable[[JobSpec, AgentContext], AsyncIterator[Said]]

_decode_spec: Decoder[WorkerSpec] = Decoder(WorkerSpec)
_decode_control: Decoder[ToWorker] = Decoder(ToWorker)


def main(encoded_spec: bytes) -> None:
    """Be the worker that the spec describes. Never returns."""
    status = 1
    try:
        spec = _decode_spec(encoded_spec)
        isolate_process(spec)
        agent = importlib.import_module(spec.agent.entrypoint.partition(":")[0])
        sandbox = apply_sandbox(spec, agent)
        # Not asyncio.run: it would wait for threads that a stop has left behind.
        loop = CountingLoop()
        loop.run_until_complete(Worker(spec, agent, sandbox, loop, new_context()).live())
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        # Not sys.exit: the engine's bindings complain at a forked interpreter's end, and threads could block it.
        os._exit(status)


class Worker:
    """One worker process from inside."""

    def __init__(
        self, spec: WorkerSpec, module: ModuleType, sandbox: Sandbox | None, loop: CountingLoop, context: Context
    ) -> None:
        self._spec = spec
        self._module = module
        self._sandbox = sandbox
        self._loop = loop
        self._context = context
        self._job: asyncio.Future[JobSpec | None]
        self._running: asyncio.Task[Any] | None = None
        self._cancelled = False

    async def live(self) -> None:
        """From readiness to the last acknowledgement."""
        bus, spec = self._spec.settings.bus, self._spec
        self._job = self._loop.create_future()
        window = SendWindow(bus.window_events, bus.window_bytes)
        self._publisher = Publisher(self._loop, self._context, spec.events_endpoint, spec.token, window)
        self._control = Channel(connect_dealer(self._context, spec.control_endpoint), self._on_control)
        agent, agent_context = await self._prepare()
        await self._publisher.subscribed()
        if self._sandbox is not None and spec.settings.limits.max_memory_bytes:
            self._sandbox.limit_memory(spec.settings.limits.max_memory_bytes)
        self._control.send([encode(Ready(spec.token))])
        beating = asyncio.create_task(self._beat())
        job = await self._job
        if job is not None:
            await asyncio.create_task(self._serve(agent, agent_context, job))
            await self._publisher.settled()
        beating.cancel()

    def close(self) -> None:
        """For a process that goes on after `live`. One that exits need not: its sockets end with it, sooner."""
        self._publisher.close()
        self._control.close()

    async def _prepare(self) -> tuple[Agent, AgentContext]:
        """The agent's function, after its module's `prepare(context)`, if it has one."""
        spec = self._spec
        context = AgentContext(spec.settings, spec.agent.options, spec.data_folder, Path(spec.scratch))
        prepare = getattr(self._module, "prepare", None)
        if prepare is not None:
            prepared = prepare(context)
            context.prepared = await prepared if inspect.isawaitable(prepared) else prepared
        return getattr(self._module, spec.agent.entrypoint.partition(":")[2]), context

    async def _serve(self, agent: Agent, context: AgentContext, job: JobSpec) -> None:
        tally = Tally(job.user_clarification or job.question)
        publisher = self._publisher
        self._running = asyncio.current_task()
        if self._cancelled:  # the stop has come together with the job
            publisher.finish(CancelledOutcome())
            return

        def usage() -> Usage:
            return msgspec.structs.replace(context.usage(), rows=tally.rows)

        def emit(event: Event) -> bool:
            tally.add(event)
            return publisher.emit(event)

        publisher.usage = usage
        context.connect(emit)
        context.data_changed = lambda state: self._control.send([encode(DataChanged(self._spec.token, state))])
        publisher.finish(await _outcome(agent, context, job, tally, emit, publisher))

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._spec.settings.worker.heartbeat_interval_s)
            self._control.send([encode(Heartbeat(self._spec.token, self._job.done()))])

    def _on_control(self, frames: list[bytes]) -> None:
        match _decode_control(frames[-1]):
            case Assign(job):
                if not self._job.done():
                    self._job.set_result(job)
            case Acknowledge(through, resend):
                self._publisher.acknowledged(through, resend=resend)
            case Cancel():
                self._cancel()

    def _cancel(self) -> None:
        self._cancelled = True
        if self._running is not None:
            self._running.cancel()
        elif not self._job.done():
            self._job.set_result(None)


async def _outcome(
    agent: Agent,
    context: AgentContext,
    job: JobSpec,
    tally: Tally,
    emit: Callable[[Event], bool],
    publisher: Publisher,
) -> Outcome:
    """Run the agent to its end, however it ends."""
    try:
        speech = OutputConverter(context, job.max_rows)
        async with aclosing(_generator(agent(job, context))) as words:
            async for said in words:
                for event in speech.events(said):
                    if emit(event):
                        await publisher.breathe()
        publisher.flush()
        publisher.check()
        result = tally.result(publisher.usage(), context.clarification, context.truncated)
        return Success(result, tally.turn(context.clarification), context.catalog, context.rolled_up)
    except asyncio.CancelledError:
        return CancelledOutcome()
    except AgentError as error:
        return Failure(error.reason, error.code, error.error, error.hint, error.retryable)
    except MemoryError:
        return Failure(Reason.MEMORY, "memory", "The question needed more memory than it may use.", _MEMORY_HINT)
    except Exception as error:
        traceback.print_exc()
        return Failure(Reason.AGENT_ERROR, "agent_error", f"The agent failed: {error!r}", _AGENT_HINT)


_MEMORY_HINT = "ask for less, for example with a filter or a LIMIT, or raise [limits] max_memory_bytes"
_AGENT_HINT = "ask again; `deadstop show` has the traceback"


def _generator(events: Any) -> Any:
    if not hasattr(events, "aclose"):
        raise TypeError(f"an agent must be an async generator (`async def` with `yield`), this one gave {events!r}")
    return events
