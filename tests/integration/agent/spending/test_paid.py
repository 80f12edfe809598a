"""What a model has read is paid for, however the job ends; and what may be spent is reserved before a job starts."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bus.contract.events import Accepted, Completed, Queue, Status
from bus.contract.vocabulary import Reason, Rung
from tests.fakes.replies import Recorded, Reply, Say, Script
from tests.fakes.scripts import COUNT_PER_CARRIER, in_pieces, is_planning, plan_json
from tests.harness.asking import Served, serving
from tests.harness.jobs.stopping import ALICE, BOB, ended
from tests.harness.servers import eventually
from tests.integration.agent.spending.test_budget import PRICES

pytestmark = pytest.mark.asyncio(loop_scope="module")

RUNGS = pytest.mark.parametrize("rung", list(Rung))
READ = 20_000
DAY_USD = 0.05
SPENDS = {"agents__spends": {"entrypoint": "tests.programs.spends:run", "sandbox": False}}
MISCOUNTS = {"agents__miscounts": {"entrypoint": "tests.programs.spends:miscounts", "sandbox": False}}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """A day of which one question may reserve two thirds; nothing is said by a heartbeat."""
    settings: dict[str, Any] = {"llm__prices": PRICES, "llm__tools": False, **MISCOUNTS}
    settings |= {"agent__max_cost_usd_per_user_day": 1.5, "agent__max_cost_usd": 1.0}
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
        return bool(served.requests) and await used(served, job_id, "input_tokens") > 0

    await eventually(is_known, "it is not known what the model was sent, of which it has said nothing")
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


def counted(words: int) -> Script:
    """A model that counts its prompts as they are, and answers at length."""

    def script(recorded: Recorded) -> Reply:
        tokens = (len(recorded.system) + len(recorded.last_message)) // 3
        if is_planning(recorded):
            return in_pieces(plan_json(COUNT_PER_CARRIER), input_tokens=tokens)
        return Say(("word ",) * min(words, recorded.body["max_tokens"]), input_tokens=tokens)

    return script


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def thrifty(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """A day of five cents, all of which one question may reserve."""
    settings: dict[str, Any] = {"llm__prices": {"claude-sonnet-5-5": {"input": 0.5, "output": 20.0}}, **SPENDS}
    settings |= {"agent__max_cost_usd_per_user_day": DAY_USD, "worker__heartbeat_interval_s": 0.1}
    async with serving(tmp_path_factory.mktemp("t"), counted(700), **settings) as served:
        yield served


async def test_eight_questions_side_by_side_stay_under_the_day_together(thrifty: Served) -> None:
    """Each of them costs about a third of the day."""
    jobs = [await thrifty.supervisor.submit(f"How many, the {number}.?", caller=ALICE) for number in range(8)]
    ends = [await ended(thrifty.supervisor, job_id) for job_id in jobs]
    costs = [end.record.usage["cost_usd"] for end in ends]
    assert sum(costs) <= DAY_USD
    assert sum(costs) > DAY_USD / 2
    assert [isinstance(end.last, Completed) for end in ends[:2]] == [True, True]
    assert {end.failed.code for end in ends if not isinstance(end.last, Completed)} == {"budget"}
    assert max(len(thrifty.requests), 1) < 16, "those that could not be paid for were asked all the same"


async def test_an_agent_that_does_not_look_at_its_budget_is_stopped(thrifty: Served) -> None:
    job = await thrifty.ask("6", agent="spends", caller=BOB)
    assert (job.failed.code, job.record.summary.reason) == (Reason.BUDGET, Reason.BUDGET)
    assert job.failed.error.startswith("The question has cost $0.06; $0.05 of your day were reserved for it")


async def test_a_job_waits_for_what_another_has_reserved_and_says_so(served: Served) -> None:
    supervisor = served.supervisor
    first = await served.submit("How many?", reading, caller=ALICE)
    second = await supervisor.submit("How many more?", caller=ALICE)
    events = await supervisor.until(second, Queue)
    assert events[0] == Accepted(1)
    assert events[-1] == Queue(1, "your questions that run have reserved what is left of your day's budget")
    other = await supervisor.submit("How many?", caller=BOB)
    await supervisor.until(other, Status)
    await supervisor.stop(first)
    await supervisor.until(second, Status)
    for job_id in (second, other):
        await supervisor.stop(job_id)
        await supervisor.events(job_id)
