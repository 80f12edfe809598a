"""What a model has read is paid for, however the job ends; and what may be spent is reserved before a job starts."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bus.contract.events import Accepted, Completed, Queue, Status
from bus.contract.vocabulary import Reason, Role, Rung
from bus.log import LOG_NAME, LogReader
from bus.wire.commands import Caller
from tests.fakes.replies import Recorded, Reply, Say, Script
from tests.fakes.scripts import COUNT_PER_CARRIER, in_pieces, is_planning, plan_json
from tests.harness.asking import Served, serving
from tests.harness.jobs.stopping import ended
from tests.harness.servers import eventually, start_supervisor
from tests.integration.agent.spending.test_budget import PRICES

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALICE = Caller("alice", Role.USER)
RUNGS = pytest.mark.parametrize("rung", list(Rung))
READ = 20_000
SPENDS = {"agents__spends": {"entrypoint": "tests.programs.spends:run", "sandbox": False}}
MISCOUNTS = {"agents__miscounts": {"entrypoint": "tests.programs.spends:miscounts", "sandbox": False}}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    settings: dict[str, Any] = {"llm__prices": PRICES, "llm__tools": False, **MISCOUNTS}
    settings["worker__heartbeat_interval_s"] = 3600.0
    async with serving(tmp_path_factory.mktemp("s"), never, **settings) as served:
        yield served


def never(_: Recorded) -> Reply:
    return Say(then="silence")


def reading(_: Recorded) -> Reply:
    """A plan of which nothing comes but that the question was read."""
    return in_pieces(plan_json(COUNT_PER_CARRIER), input_tokens=READ, hold=asyncio.Event())


async def used(served: Served, job_id: str, name: str) -> float:
    return (await served.supervisor.record(job_id)).usage.get(name, 0.0)


@RUNGS
async def test_what_the_model_has_read_is_paid_for_on_every_rung(served: Served, rung: Rung) -> None:
    job_id = await served.submit("How many?", reading)

    async def is_known() -> bool:
        return await used(served, job_id, "input_tokens") == READ

    await eventually(is_known, "it is not known what the model has read, with no event and no heartbeat since")
    await served.supervisor.stop(job_id, rung)
    usage = (await ended(served.supervisor, job_id)).killed.usage
    assert (usage.model_calls, usage.input_tokens, usage.estimated) == (1, READ, True)
    assert usage.cost_usd == pytest.approx(0.02)


@RUNGS
async def test_a_prompt_that_was_not_answered_is_estimated(served: Served, rung: Rung) -> None:
    job_id = await served.submit("How many?", never)

    async def is_known() -> bool:
        return bool(served.requests) and await used(served, job_id, "model_calls") == 1

    await eventually(is_known, "it is not known that the model was asked")
    await served.supervisor.stop(job_id, rung)
    usage = (await ended(served.supervisor, job_id)).killed.usage
    prompt = served.requests[0]
    assert usage.input_tokens == pytest.approx((len(prompt.system) + len(prompt.last_message)) / 4, abs=2)
    assert usage.estimated


async def test_an_agent_that_cannot_say_what_it_used_does_not_succeed(served: Served) -> None:
    job = await served.ask("count", agent="miscounts")
    assert job.failed.code == "agent_error"
    assert "StopIteration" in job.failed.error
    assert job.record.usage["input_tokens"] == 1000


async def test_a_call_in_flight_outlives_a_crash_of_the_supervisor(tmp_path: Path) -> None:
    async with serving(tmp_path, reading, llm__prices=PRICES, worker__heartbeat_interval_s=3600.0) as served:
        supervisor = served.supervisor
        job_id = await supervisor.submit("How many?", caller=ALICE)
        log = LogReader(supervisor.state_dir / LOG_NAME)
        await eventually(lambda: log.record(job_id)[0].usage.get("cost_usd", 0.0) >= 0.02, "its cost is not on disk")
        log.close()
        supervisor.process.kill()
        await supervisor.process.wait()
        supervisor.process = await start_supervisor(supervisor.state_dir, {})
        record = await supervisor.record(job_id)
        assert (record.code, record.usage["input_tokens"], record.usage["estimated"]) == ("supervisor_lost", READ, 1.0)


def counted(words: int) -> Script:
    """A model that counts its prompts as they are, and answers at length."""

    def script(recorded: Recorded) -> Reply:
        tokens = (len(recorded.system) + len(recorded.last_message)) // 3
        if is_planning(recorded):
            return in_pieces(plan_json(COUNT_PER_CARRIER), input_tokens=tokens)
        return Say(("word ",) * min(words, recorded.body["max_tokens"]), input_tokens=tokens)

    return script


async def test_eight_questions_side_by_side_stay_under_the_day_together(tmp_path: Path) -> None:
    """Each of them costs about a third of the day."""
    cap_usd, prices = 0.10, {"claude-sonnet-5-5": {"input": 1.0, "output": 40.0}}
    settings: dict[str, Any] = {"llm__prices": prices, "agent__max_cost_usd_per_user_day": cap_usd}
    async with serving(tmp_path, counted(700), **settings) as served:
        submit = served.supervisor.submit
        jobs = [await submit(f"How many, the {number}.?", caller=ALICE) for number in range(8)]
        ends = [await ended(served.supervisor, job_id) for job_id in jobs]
        costs = [end.record.usage["cost_usd"] for end in ends]
        assert sum(costs) <= cap_usd
        assert sum(costs) > cap_usd / 2
        assert [isinstance(end.last, Completed) for end in ends[:2]] == [True, True]
        assert {end.failed.code for end in ends if not isinstance(end.last, Completed)} == {"budget"}
        assert max(len(served.requests), 1) < 16, "those that could not be paid for were asked all the same"


async def test_a_job_waits_for_what_another_has_reserved_and_says_so(tmp_path: Path) -> None:
    async with serving(
        tmp_path, reading, llm__prices=PRICES, agent__max_cost_usd_per_user_day=1.5, agent__max_cost_usd=1.0
    ) as served:
        supervisor = served.supervisor
        first = await supervisor.submit("How many?", caller=ALICE)
        second = await supervisor.submit("How many more?", caller=ALICE)
        events = await supervisor.until(second, Queue)
        assert events[0] == Accepted(1)
        assert events[-1] == Queue(1, "your questions that run have reserved what is left of your day's budget")
        other = await supervisor.submit("How many?", caller=Caller("bob", Role.USER))
        await supervisor.until(other, Status)
        await supervisor.stop(first)
        await supervisor.until(second, Status)
        for job_id in (second, other):
            await supervisor.stop(job_id)


async def test_an_agent_that_does_not_look_at_its_budget_is_stopped(tmp_path: Path) -> None:
    day = {"llm__prices": PRICES, "agent__max_cost_usd_per_user_day": 0.05}
    async with serving(tmp_path, reading, **SPENDS, **day, worker__heartbeat_interval_s=0.1) as served:
        job = await served.ask("6", agent="spends", caller=ALICE)
        assert (job.failed.code, job.record.summary.reason) == (Reason.BUDGET, Reason.BUDGET)
        assert job.failed.error.startswith("The question has cost $0.06; $0.05 of your day were reserved for it")
