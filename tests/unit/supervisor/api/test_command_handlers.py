"""Who may stop a job or drain a server, and what a stop is put down to."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bus.contract.settings import Settings
from bus.contract.vocabulary import Reason, Refusal, Role, Rung
from bus.transport.codec import encode
from bus.wire.commands import Caller, Drain, DrainNode, ListJobs, ReadStats, RollUp, Stop, Submit
from bus.wire.replies import Jobs, Refused, Stats, StopTaken
from bus.wire.worker import Cancel
from supervisor.api.command_handlers import CommandHandlers
from supervisor.jobs.job_entry import JobEntry
from supervisor.lifecycle.kill_ladder import Step, StopRequest
from supervisor.maintenance.metrics import Metrics
from supervisor.maintenance.retention import Retention
from supervisor.workers.worker import Worker
from tests.unit.supervisor.control.running import KeepsSignals, Running, running_controller, running_job

ANN, BOB, OPERATOR = Caller("ann", Role.USER), Caller("bob", Role.USER), Caller("op", Role.OPERATOR)


class Server:
    """The handlers of a server, and jobs of ann's that run at a place without processes."""

    def __init__(self, running: Running) -> None:
        self.parts = running.parts
        retention, metrics = Retention(self.parts, running.controller), Metrics(self.parts)
        self.answer = CommandHandlers(self.parts, running.controller, retention, metrics).answer
        self.place = KeepsSignals()

    def job(self, job_id: str = "7f3a", **fields: Any) -> JobEntry:
        entry = running_job(self.parts, job_id, agent="parquet", **fields)
        entry.worker = Worker("parquet", Settings(), self.place, lambda _: None)
        entry.job.worker_ready(entry.job.accepted_at)
        return entry


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with running_controller(tmp_path) as running:
        yield Server(running)


def code(said: object) -> str:
    assert isinstance(said, Refused)
    return said.code


@pytest.mark.parametrize(("caller", "reason"), [(ANN, Reason.USER), (OPERATOR, Reason.OPERATOR)])
async def test_a_stop_is_the_user_s_own_or_an_operator_s(server: Server, caller: Caller, reason: Reason) -> None:
    entry = server.job()
    said = server.answer(Stop(caller, "7f", rung=Rung.TERMINATE, note="enough"))
    assert isinstance(said, StopTaken)
    assert entry.job.ladder is not None
    assert entry.job.ladder.request == StopRequest(caller.user, reason, Rung.TERMINATE, "enough")
    assert server.place.done == [Step.TERMINATE]


async def test_a_stop_begins_by_telling_the_worker_who_wants_it_and_why(server: Server) -> None:
    server.job()
    server.answer(Stop(ANN, "7f3a"))
    assert (server.place.told, server.place.done) == ([encode(Cancel("ann", Reason.USER))], [])


async def test_another_user_s_job_answers_as_one_that_does_not_exist(server: Server) -> None:
    entry = server.job()
    said = [server.answer(Stop(BOB, job_id)) for job_id in ("7f3a", "unknown", "")]
    assert code(said[0]) == "not_found"
    assert said[0] == said[1] == said[2]
    assert entry.job.ladder is None


async def test_a_prefix_that_two_jobs_share_stops_neither(server: Server) -> None:
    jobs = [server.job("7f3a"), server.job("7f3b")]
    assert isinstance(server.answer(Stop(ANN, "7f3")), Refused)
    assert [entry.job.ladder for entry in jobs] == [None, None]


async def test_a_session_of_one_s_own_can_be_stopped_by_its_name(server: Server) -> None:
    entry = server.job()
    assert code(server.answer(Stop(BOB, session_id="s-7f3a"))) == "not_found"
    assert isinstance(server.answer(Stop(ANN, session_id="s-7f3a")), StopTaken)
    assert entry.job.ladder is not None


async def test_there_is_nothing_to_stop_about_a_job_that_has_ended(server: Server) -> None:
    said = server.answer(Submit(ANN, "s1", "SELECT 1", agent="parquet"))  # no worker can be got
    server.parts.journal.flush()
    refused = server.answer(Stop(ANN, session_id="s1"))
    assert code(refused) == "already_ended", said
    assert "has already ended (failed)" in str(refused)


async def test_only_operators_drain_and_what_is_drained_takes_no_question(server: Server) -> None:
    assert code(server.answer(Drain(ANN))) == Refusal.UNAUTHORIZED
    assert code(server.answer(DrainNode(ANN, "gpu-1"))) == Refusal.UNAUTHORIZED
    assert code(server.answer(DrainNode(OPERATOR, "gpu-1"))) == "not_found"
    said = server.answer(Drain(OPERATOR))
    assert isinstance(said, Stats)
    assert said.gauges["draining"] == 1.0
    assert code(server.answer(Submit(ANN, "s1", "SELECT 1", agent="parquet"))) == Refusal.QUEUE_FULL
    assert code(server.answer(RollUp(OPERATOR))) == Refusal.QUEUE_FULL


async def test_a_user_s_list_has_only_their_own_jobs(server: Server) -> None:
    server.job("7f3a")
    server.job("8f3a", user="bob")
    for caller, found in ((ANN, ["7f3a"]), (BOB, ["8f3a"]), (OPERATOR, ["8f3a", "7f3a"])):
        said = server.answer(ListJobs(caller))
        assert isinstance(said, Jobs)
        assert [job.job_id for job in said.jobs] == found
    stats = server.answer(ReadStats(ANN))
    assert isinstance(stats, Stats)
    assert stats.jobs["running"] == 2
