"""Budgets: of a job, and of a user's day. What was produced before one is used up stays."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bus.client import CommandRefused
from bus.contract.events import Completed, TableRows
from bus.contract.vocabulary import Reason, Refusal
from bus.log import LOG_NAME, LogReader
from tests.fakes.replies import Reply, Say, Script, in_turn
from tests.fakes.scripts import COUNT_PER_CARRIER, flights, in_pieces, is_planning, plan_json
from tests.harness.asking import Served, serving
from tests.harness.jobs.stopping import ALICE, BOB
from tests.harness.servers import PATIENCE_S, eventually, running_supervisor, start_supervisor
from tests.harness.zoo import LITTLE

pytestmark = pytest.mark.asyncio(loop_scope="module")

PRICES = {"claude-sonnet-5-5": {"input": 1.0, "output": 1.0}}
"""A dollar for a million tokens, so that 30,000 cost 3 cents."""

PLAN = in_pieces(plan_json(COUNT_PER_CARRIER), input_tokens=1)
WRONG_PLAN = in_pieces(plan_json("SELECT * FROM no_such_table"), input_tokens=1)
ENDLESS = Say(("word ",) * 100_000, input_tokens=1)


def answering(answer: Reply) -> Script:
    return lambda recorded: PLAN if is_planning(recorded) else answer


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    settings: dict[str, Any] = {"max_model_calls": 2, "max_output_tokens": 300, "max_cost_usd": 0.016}
    agent = {f"agent__{name}": value for name, value in settings.items()}
    async with serving(tmp_path_factory.mktemp("s"), flights(), llm__prices=PRICES, **agent) as served:
        yield served


@pytest.mark.parametrize(
    ("script", "limit", "said"),
    [
        (in_turn(WRONG_PLAN, PLAN), "max_model_calls = 2", ""),
        (answering(ENDLESS), "max_output_tokens = 300", "word word "),
        (answering(Say(("One ", "two"), input_tokens=20_000)), "max_cost_usd = 0.016", ""),
    ],
    ids=["calls", "tokens", "cost"],
)
async def test_a_jobs_budget_ends_it_and_keeps_what_there_is(
    served: Served, script: Script, limit: str, said: str
) -> None:
    job = await served.ask("Which carrier has most flights?", script)
    assert (job.failed.code, job.record.summary.reason) == ("budget", Reason.BUDGET)
    assert limit in job.failed.error
    assert "[agent]" in job.failed.hint
    assert job.response.startswith(said)
    assert sum(event.count for event in job.events if isinstance(event, TableRows)) == 16
    assert job.record.usage["model_calls"] == 2


async def test_a_stopped_stream_is_closed_at_the_server(served: Served) -> None:
    await served.ask("Which carrier has most flights?", answering(ENDLESS))
    await asyncio.wait_for(served.requests[-1].left.wait(), PATIENCE_S)
    assert served.requests[-1].tokens_sent < 100_000


DAY = {"llm__prices": PRICES, "agent__max_cost_usd_per_user_day": 0.05}
THREE_CENTS = answering(Say(("One ", "two"), input_tokens=30_000))


async def test_a_users_day_has_a_limit_that_outlives_the_supervisor(tmp_path: Path) -> None:
    async with serving(tmp_path, THREE_CENTS, **DAY) as served:
        first = await served.ask("How many?", caller=ALICE)
        assert isinstance(first.last, Completed)
        assert first.result.usage.cost_usd == pytest.approx(0.03, rel=0.01)
        second = await served.ask("How many more?", caller=ALICE)
        assert second.failed.code == "budget"
        assert "were left of max_cost_usd_per_user_day" in second.failed.error
        await refused_for_today(served.supervisor.submit("And more?", caller=ALICE))
        assert isinstance((await served.ask("How many?", caller=BOB)).last, Completed)
    async with running_supervisor(tmp_path, {**LITTLE, "agent.max_cost_usd_per_user_day": 0.05}) as again:
        await refused_for_today(again.submit("And now?", caller=ALICE, session_id="new"))


async def test_what_running_jobs_have_cost_outlives_a_crash_of_the_supervisor(tmp_path: Path) -> None:
    """Also what a call in flight has, of which no event and no heartbeat has told."""
    answer = Say(("One ", "two"), input_tokens=30_000, hold=asyncio.Event(), hold_at=1)
    planning = in_pieces(plan_json(COUNT_PER_CARRIER), input_tokens=20_000, hold=asyncio.Event())
    async with serving(tmp_path, answering(answer), **DAY, worker__heartbeat_interval_s=3600.0) as served:
        supervisor = served.supervisor
        log = LogReader(supervisor.state_dir / LOG_NAME)

        async def is_on_disk(job_id: str, cost_usd: float) -> None:
            told = f"what {job_id} has cost is not on disk"
            await eventually(lambda: log.record(job_id)[0].usage.get("cost_usd", 0.0) >= cost_usd, told)

        answered = await served.submit("How many?", caller=ALICE)
        await is_on_disk(answered, 0.03)
        planned = await served.submit("How many?", lambda _: planning, caller=BOB)
        await is_on_disk(planned, 0.02)
        log.close()
        supervisor.process.kill()
        await supervisor.process.wait()
        settings = {"llm.base_url": served.model.url, **{name.replace("__", "."): value for name, value in DAY.items()}}
        supervisor.process = await start_supervisor(supervisor.state_dir, settings)
        record = await supervisor.record(planned)
        assert record.code == "supervisor_lost"
        assert (record.usage["input_tokens"], record.usage["estimated"]) == (20_000, 1.0)
        second = await served.ask("How many more?", THREE_CENTS, caller=ALICE)
        assert second.failed.code == "budget"
        assert "were left of max_cost_usd_per_user_day" in second.failed.error


async def refused_for_today(submitting: Any) -> None:
    with pytest.raises(CommandRefused) as caught:
        await submitting
    refused = caught.value.refused
    assert refused.code == Refusal.QUOTA
    assert refused.error == "your questions have cost $0.06 today; the limit is $0.05 a day"
    assert "max_cost_usd_per_user_day" in refused.hint
