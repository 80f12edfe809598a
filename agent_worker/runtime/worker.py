"""The program of a worker process: get ready, serve one job, leave when its last event is acknowledged."""

import asyncio
import inspect
import os
import sys
import traceback
from pathlib import Path
from types import ModuleType

from agent_worker.agents.facilities import WorkerFacilities
from agent_worker.context import AgentContext, serve_with
from agent_worker.conversation_folder import unpack
from agent_worker.conversation_store import ConversationStore
from agent_worker.runtime.bootstrap import apply_sandbox, isolate_process, load_agent
from agent_worker.runtime.event_loop import CountingLoop
from agent_worker.runtime.job_run import Agent, JobRun
from agent_worker.runtime.publisher import Publisher
from agent_worker.sandbox.restrict import Sandbox
from bus.contract.events import Event, Usage
from bus.transport.channel import Channel
from bus.transport.codec import Decoder, encode
from bus.transport.delivery import SendWindow
from bus.transport.sockets import Context, connect_dealer, connect_worker_publisher, new_context
from bus.wire.worker import (
    Acknowledge,
    Assign,
    Cancel,
    CancelledOutcome,
    DataChanged,
    Heartbeat,
    JobSpec,
    ModelNoted,
    Ready,
    ToWorker,
    WorkerSpec,
)

_decode_spec: Decoder[WorkerSpec] = Decoder(WorkerSpec)
_decode_control: Decoder[ToWorker] = Decoder(ToWorker)


def main(encoded_spec: bytes) -> None:
    """Be the worker that the spec describes. Never returns."""
    status = 1
    try:
        spec = _decode_spec(encoded_spec)
        isolate_process(spec)
        agent = load_agent(spec.agent)
        sandbox = apply_sandbox(spec, agent)
        # Not asyncio.run: it would wait for threads that a stop has left behind.
        loop = CountingLoop()
        _live(spec, agent, sandbox, loop)
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        # Not sys.exit: the engine's bindings complain at a forked interpreter's end, and threads could block it.
        os._exit(status)


def _live(spec: WorkerSpec, module: ModuleType, sandbox: Sandbox | None, loop: CountingLoop) -> None:
    """Run the worker to its end. What ends a process, raised in a task or a callback of the agent, ends its job:
    asyncio lets that out of the loop, which goes on after it."""
    runtime = loop.run_until_complete(_make(spec, module, sandbox, loop))
    living = loop.create_task(runtime.live())
    while not living.done():
        try:
            loop.run_until_complete(living)
        except (SystemExit, KeyboardInterrupt) as error:
            if living.done():
                raise
            runtime.end_with(error)


async def _make(spec: WorkerSpec, module: ModuleType, sandbox: Sandbox | None, loop: CountingLoop) -> "WorkerRuntime":
    return WorkerRuntime(spec, module, sandbox, loop, new_context())


class WorkerRuntime:
    """One worker process from inside; made in its running loop."""

    def __init__(
        self, spec: WorkerSpec, module: ModuleType, sandbox: Sandbox | None, loop: CountingLoop, context: Context
    ) -> None:
        self._spec = spec
        self._module = module
        self._sandbox = sandbox
        self._job: asyncio.Future[JobSpec | None] = loop.create_future()
        self._run: JobRun | None = None
        self._running: asyncio.Task[None] | None = None
        self._cancelled = False
        window = SendWindow(spec.settings.bus.window_events, spec.settings.bus.window_bytes)
        events = connect_worker_publisher(context, spec.events_endpoint)
        self._publisher = Publisher(loop, events, spec.token, window, self._usage)
        self._control = Channel(connect_dealer(context, spec.control_endpoint), self._on_control)

    async def live(self) -> None:
        """Run the worker from readiness to the last acknowledgement."""
        agent, context = await self._prepare()
        await self._publisher.subscribed()
        limits = self._spec.settings.limits
        if self._sandbox is not None and limits.max_memory_bytes:
            self._sandbox.limit_memory(limits.max_memory_bytes)
        self._control.send([encode(Ready(self._spec.token))])
        beating = asyncio.create_task(self._beat())
        job = await self._job
        if job is not None:
            await asyncio.create_task(self._serve(agent, context, job))
            await self._publisher.settled()
        beating.cancel()

    def close(self) -> None:
        """Give back the sockets; only a process that goes on after `live` has to. One that exits need not: its sockets
        end with it, sooner."""
        serve_with(None)  # with it goes the engine, and the engine's threads
        self._publisher.close()
        self._control.close()

    def emit(self, event: Event) -> None:
        """What the agent says beside what it yields. Raises RuntimeError before it has a job."""
        if self._run is None:
            raise RuntimeError(f"{event!r} was emitted before the job had begun")
        self._run.emit(event)

    def end_with(self, error: BaseException) -> None:
        """End the job with an error that would have ended the process. Raises that error before there is a job."""
        if self._run is None or self._running is None:
            raise error
        traceback.print_exception(error)
        self._run.end_with(error)
        self._running.cancel()

    def data_changed(self, fingerprint: str) -> None:
        """The agent has found other data than those of the catalog that its job came with."""
        self._control.send([encode(DataChanged(self._spec.token, fingerprint))])

    def model_noted(self, note: str) -> None:
        """The agent has found out something about the model that the next ones should know."""
        self._control.send([encode(ModelNoted(self._spec.token, note))])

    def usage_changed(self) -> None:
        """What has been used is known anew: it is told now, not with the next heartbeat."""
        self._send_heartbeat()

    async def _prepare(self) -> tuple[Agent, AgentContext]:
        """The agent's function, after its module's `prepare(context)`, if it has one."""
        spec = self._spec
        context = AgentContext(spec.settings, spec.agent, spec.data, Path(spec.scratch), self)
        prepare = getattr(self._module, "prepare", None)
        if prepare is not None:
            prepared = prepare(context)
            context.prepared = await prepared if inspect.isawaitable(prepared) else prepared
        return getattr(self._module, spec.agent.function.partition(":")[2]), context

    async def _serve(self, agent: Agent, context: AgentContext, job: JobSpec) -> None:
        if self._cancelled:  # the stop has come together with the job
            self._publisher.finish(CancelledOutcome())
            return
        self._running = asyncio.current_task()
        serve_with(context)
        context.store = ConversationStore(job.kept.store if job.kept else None)
        if job.kept is not None and job.kept.files:
            unpack(context.folder, job.kept.files)
        context.facilities = WorkerFacilities(job, context)
        self._run = JobRun(agent, context, job, self._publisher)
        self._publisher.finish(await self._run.outcome())

    def _usage(self) -> Usage:
        return self._run.usage() if self._run is not None else Usage()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._spec.settings.worker.heartbeat_interval_s)
            self._send_heartbeat()

    def _send_heartbeat(self) -> None:
        now = asyncio.get_running_loop().time()
        self._control.send([encode(Heartbeat(self._spec.token, self._job.done(), self._usage(), now))])

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
