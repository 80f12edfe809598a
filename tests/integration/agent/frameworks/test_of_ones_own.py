"""The agent of `examples/`, as `docs/write-your-own-agent.md` shows it, and what else an agent may do."""

import tomllib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bus.contract.events import Clarification, Failed, Killed, Progress, ResponseChunk, TableRows, TableSchema
from bus.contract.vocabulary import Reason, Rung
from tests.harness.asking import ask, until_answering, until_catalog
from tests.harness.jobs.graces import ENDING_ON
from tests.harness.jobs.stopping import ended
from tests.harness.servers import ROOT, Supervisor, running_supervisor

EXAMPLES = ROOT / "examples"

pytestmark = pytest.mark.asyncio(loop_scope="module")


CLUMSY = """
async def run(job, context):
    if job.question == "limits":
        context.status(str(context.settings.limits.max_runtime_s))
        import asyncio
        await asyncio.sleep(3600)
    if job.question == "ask":
        context.ask_back("Which one?", "this", "that")
        return
    yield {"options": context.options, "scratch": context.scratch}[job.question]
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def supervisor(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Supervisor]:
    """The example under its settings; as `slow` it pauses for ever. `clumsy` has a shorter time than others."""
    folder = tmp_path_factory.mktemp("agents")
    (folder / "clumsy.py").write_text(CLUMSY)
    clumsy = {"entrypoint": "clumsy:run", "options": {"unit": "C", "list": [1, 2]}, "max_runtime_s": 3.0}
    sizes: dict[str, Any] = tomllib.loads((EXAMPLES / "my.toml").read_text())["agents"]["sizes"]
    slow = sizes | {"options": {"pause_s": 3600}}
    settings = {**ENDING_ON[Rung.CANCEL], "agents.sizes": sizes, "agents.slow": slow, "agents.clumsy": clumsy}
    settings["limits.max_runtime_s"] = 500.0
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", f"{EXAMPLES}:{folder}")
        async with running_supervisor(tmp_path_factory.mktemp("s"), settings) as running:
            await until_catalog(running)
            yield running


async def test_it_streams_and_reports_progress(supervisor: Supervisor) -> None:
    job = await ask(supervisor, "how large are airlines and planes ?", "sizes")
    assert job.response == "Counting the rows of 2 tables:\n\n- **airlines** has 16 rows\n- **planes** has 3,322 rows\n"
    assert job.rows == [["airlines", 1, 16], ["planes", 1, 3322]]
    seen = [type(event) for event in job.events[1:-1]]
    each = [Progress, ResponseChunk, TableRows]
    assert seen == [ResponseChunk, *each[:2], TableSchema, TableRows, *each]
    assert [event.fraction for event in job.events if isinstance(event, Progress)] == [0.5, 1.0]


async def test_it_stops_at_the_first_rung_and_keeps_what_it_said(supervisor: Supervisor) -> None:
    job_id = await supervisor.submit("how large is everything?", "slow")
    await until_answering(supervisor, job_id)
    await supervisor.until(job_id, TableRows)
    await supervisor.stop(job_id)
    job = await ended(supervisor, job_id)
    assert isinstance(job.last, Killed)
    assert (job.last.rung, job.last.usage.rows) == (Rung.CANCEL, 1)
    assert "- **airlines** has 16 rows" in job.response


# ---- what an agent may have of its own


async def test_options_limits_questions_back_and_mistakes(supervisor: Supervisor) -> None:
    late = await ask(supervisor, "limits", "clumsy")
    assert late.statuses == ["3.0"]
    assert (late.failed.code, late.record.summary.reason) == (Reason.DEADLINE, Reason.DEADLINE)
    assert "for 3 s" in late.failed.error
    wrong = await ask(supervisor, "options", "clumsy")
    assert isinstance(wrong.last, Failed)
    assert "an agent yields a text, rows" in wrong.failed.error
    assert "{'unit': 'C', 'list': [1, 2]}" in wrong.failed.error
    asking = await ask(supervisor, "ask", "clumsy")
    assert asking.result.clarification == Clarification("Which one?", ["this", "that"])
    broken = await ask(supervisor, "nothing", "clumsy")
    assert broken.failed.code == "agent_error"
    assert "KeyError" in broken.record.stderr
