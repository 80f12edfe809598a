"""A worker serves the first job that it is given, or none where the stop comes first."""

import asyncio
from pathlib import Path
from types import ModuleType

import pytest

from agent_worker.runtime.event_loop import CountingLoop
from agent_worker.runtime.worker import WorkerRuntime
from bus.contract.data_place import DataPlace
from bus.contract.events import Status
from bus.contract.settings import AgentDefinition, Settings
from bus.contract.vocabulary import Reason
from bus.transport.channel import Channel
from bus.transport.codec import Decoder, encode
from bus.transport.sockets import bind_collector, bind_router, new_context
from bus.wire.worker import (
    MAX_CONTROL_BYTES,
    MAX_MESSAGE_BYTES,
    Acknowledge,
    AnyWorkerMessage,
    Assign,
    Cancel,
    CancelledOutcome,
    Finished,
    JobSpec,
    Outcome,
    Success,
    ToWorker,
    WorkerSpec,
)

CONTROL, COLLECTOR = "inproc://control", "inproc://collector"
FIRST, SECOND = (Assign(JobSpec(number, "ann", f"question {number}")) for number in "12")

_decode_message: Decoder[AnyWorkerMessage] = Decoder(AnyWorkerMessage)
_decode_outcome: Decoder[Outcome] = Decoder(Outcome)

AGENT = ModuleType("of_this_test")
exec(
    """
async def run(job, context):
    yield job.question
""",
    AGENT.__dict__,
)


class Life:
    """A worker's life in this process: once it is ready it is sent these messages, and its last one is acknowledged."""

    def __init__(self, scratch: Path, sent: tuple[ToWorker, ...]) -> None:
        self.outcomes: list[Outcome] = []
        self._sent = sent
        self._context = new_context()
        self._control = Channel(bind_router(self._context, CONTROL, MAX_CONTROL_BYTES), self._on_control)
        self._collector = Channel(bind_collector(self._context, COLLECTOR, MAX_MESSAGE_BYTES), self._on_event)
        self._worker = b""
        agent = AgentDefinition("of_this_test:run", sandbox=False)
        spec = WorkerSpec(bytes(16), "test", agent, CONTROL, COLLECTOR, str(scratch), DataPlace(), Settings())
        loop = asyncio.get_running_loop()
        assert isinstance(loop, CountingLoop)
        self.runtime = WorkerRuntime(spec, AGENT, None, loop, self._context)

    async def live(self) -> None:
        async with asyncio.timeout(10):
            await self.runtime.live()

    def close(self) -> None:
        self.runtime.close()
        self._control.close()
        self._collector.close()
        self._context.term()

    def _on_control(self, frames: list[bytes]) -> None:
        self._worker = frames[0]
        for message in self._sent:
            self._control.send([self._worker, encode(message)])
        self._sent = ()

    def _on_event(self, frames: list[bytes]) -> None:
        match _decode_message(frames[0]):
            case Finished(blob=blob, first=first):
                self.outcomes.append(_decode_outcome(blob))
                self._control.send([self._worker, encode(Acknowledge(first))])


def outcomes(scratch: Path, *sent: ToWorker) -> list[Outcome]:
    async def live() -> list[Outcome]:
        life = Life(scratch, sent)
        try:
            await life.live()
            return life.outcomes
        finally:
            life.close()

    loop = CountingLoop()
    try:
        return loop.run_until_complete(live())
    finally:
        loop.close()


def test_the_first_job_is_served_and_no_other(tmp_path: Path) -> None:
    (outcome,) = outcomes(tmp_path, FIRST, SECOND)
    assert isinstance(outcome, Success)
    assert outcome.result.final_output["response"] == "question 1"


def test_a_stop_that_comes_with_the_job_keeps_the_agent_from_running(tmp_path: Path) -> None:
    assert outcomes(tmp_path, FIRST, Cancel("ann", Reason.USER)) == [CancelledOutcome()]


def test_a_worker_that_is_stopped_before_it_has_a_job_leaves_without_one(tmp_path: Path) -> None:
    assert outcomes(tmp_path, Cancel("ann", Reason.USER), FIRST) == []


def test_before_there_is_a_job_nothing_can_be_said_and_nothing_is_kept_from_ending_it(tmp_path: Path) -> None:
    async def tried() -> None:
        life = Life(tmp_path, ())
        try:
            with pytest.raises(RuntimeError, match="before the job had begun"):
                life.runtime.emit(Status("early"))
            with pytest.raises(SystemExit):
                life.runtime.end_with(SystemExit(1))
        finally:
            life.close()

    loop = CountingLoop()
    loop.run_until_complete(tried())
    loop.close()
