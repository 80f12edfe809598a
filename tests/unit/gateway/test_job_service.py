"""What of asking and stopping is written to the audit log. The supervisor's answers are given."""

import logging
from typing import Any, cast

import pytest

from bus.client import BusClient, CommandRefused
from bus.contract.vocabulary import Refusal, Role, Rung, State
from bus.wire.commands import Caller, Stop, Submit
from bus.wire.job_record import JobSummary
from bus.wire.replies import Refused, StopTaken, Submitted
from gateway.job_service import ask, stop

ANN = Caller("ann", Role.USER)
JOB = JobSummary("7f3a", "s1", "ann", "sql", "select 1", "", State.RUNNING, None, 1.0, None, None, None, 0, None)


class Supervisor:
    def __init__(self, answer: Submitted | StopTaken | CommandRefused) -> None:
        self._answer = answer

    async def request(self, command: Any, expected: Any) -> Any:
        if isinstance(self._answer, CommandRefused):
            raise self._answer
        assert isinstance(self._answer, expected)
        return self._answer


def answering(answer: Submitted | StopTaken | CommandRefused) -> BusClient:
    return cast(BusClient, Supervisor(answer))


@pytest.fixture
def audited(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "gateway.audit")
    return caplog


@pytest.mark.parametrize(("attached", "lines"), [(False, ["submitted"]), (True, [])])
async def test_a_question_is_written_down_once_however_often_it_is_sent(
    audited: pytest.LogCaptureFixture, attached: bool, lines: list[str]
) -> None:
    await ask(answering(Submitted(JOB, 0, attached)), Submit(ANN, "s1", "select 1"))
    assert [vars(record)["action"] for record in audited.records] == lines


async def test_refusals_are_written_down_and_handed_on(audited: pytest.LogCaptureFixture) -> None:
    full = answering(CommandRefused(Refused(Refusal.QUEUE_FULL, "the queue is full", "try later")))
    with pytest.raises(CommandRefused):
        await ask(full, Submit(ANN, "s1", "select 1"))
    with pytest.raises(CommandRefused):
        await stop(full, Stop(ANN, session_id="s" * 100))
    assert [(vars(one)["what"], vars(one)["code"]) for one in audited.records] == [
        ("ask", "queue_full"),
        (f"stop session {'s' * 64!r}", "queue_full"),
    ]


async def test_a_stop_names_the_owner_and_its_first_rung(audited: pytest.LogCaptureFixture) -> None:
    operator = Caller("ops", Role.OPERATOR)
    assert await stop(answering(StopTaken(JOB)), Stop(operator, job_id="7f3a", rung=Rung.KILL)) == JOB
    (record,) = audited.records
    facts = vars(record)
    assert (facts["user"], facts["owner"], facts["rung"]) == ("ops", "ann", Rung.KILL)
