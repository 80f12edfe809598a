"""What an agent may rely on: steps that are measured, SQL over the data, the configured model."""

import ast
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bus.contract.events import ModelCall, Node, Sql
from bus.contract.vocabulary import Rung
from bus.wire.commands import HideConversation
from bus.wire.replies import Changed
from tests.fakes.replies import Fail, Say
from tests.harness.asking import Served, serving
from tests.harness.jobs.stopping import BOB, ended
from tests.harness.servers import is_gone

pytestmark = pytest.mark.asyncio(loop_scope="module")

AGENT = """
from contextlib import aclosing

from agent_worker.context import AgentContext, JobSpec, SqlError


async def run(job: JobSpec, context: AgentContext):
    if job.question == "rows":
        async with context.node("count"):
            table = await context.sql("SELECT carrier, count(*) AS n FROM flights GROUP BY ALL ORDER BY n DESC")
        async with context.node("nothing"):
            none = await context.sql("SELECT carrier FROM flights WHERE carrier = 'none'")
        yield table.slice(0, 2)
        yield f"{none.num_rows} of {none.schema.names}"
    if job.question == "wrong":
        for statement in ("SELECT no_column FROM flights", "SELECT * FROM read_csv('/etc/passwd')", "SELECT FROM FROM"):
            try:
                await context.sql(statement)
            except SqlError as error:
                yield error.code + " "
        await context.sql("SELECT * FROM flights", max_rows=10)
    if job.question.startswith("keep"):
        yield str({key: value.decode() for key, value in context.store.items()})
        context.store[job.question] = b"kept"
        if job.question == "keep and fail":
            raise ValueError
        if job.question == "keep too much":
            context.store["large"] = bytes(1_048_576)
    if job.question.startswith("file"):
        yield str({path.name: path.read_text() for path in sorted(context.folder.iterdir())})
        (context.folder / job.question).write_text("kept")
        if job.question == "file and fail":
            raise ValueError
        if job.question == "file too much":
            (context.folder / "large").write_bytes(bytes(1_048_577))
    if job.question == "endless":
        async with context.node("endless"):
            await context.sql("SELECT count(*) FROM flights a, flights b, flights c WHERE a.tailnum > c.tailnum")
    if job.question == "model":
        context.status("asking " + context.model().name)
        async with aclosing(context.model().stream("Who are you?", system="Be brief.")) as words:
            async for text in words:
                yield text
"""


HEAVY = (
    "anthropic",
    "httpx2",
    "duckdb",
    "pyarrow",
    "sqlglot",
    "rapidfuzz",
    "zmq",
    "msgspec",
    "agent_worker.agents.parquet.agent",
)

PROBE = """
import gc
import sys

before = set(sys.modules)


async def run(job, context):
    # What was there when the fork server froze its memory is not among what the collector looks at.
    fresh = {id(thing) for thing in gc.get_objects()}
    frozen = [name for name in before if id(sys.modules[name]) not in fresh]
    yield repr({"frozen": frozen, "tls": id(sys.modules["agent_worker.llm.transport.preload"]._shared)})
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    folder = tmp_path_factory.mktemp("agents")
    (folder / "relies.py").write_text(AGENT)
    (folder / "probe.py").write_text(PROBE)
    own, probe = ({"entrypoint": f"{name}:run", "folder": str(folder)} for name in ("relies", "probe"))
    agents = {"agents__relies": own, "agents__other": own, "agents__probe": probe}
    async with serving(tmp_path_factory.mktemp("s"), lambda _: Say(("I am ", "a model.")), **agents) as running:
        yield running


async def test_sql_gives_arrow_and_steps_are_measured(served: Served) -> None:
    job = await served.ask("rows", agent="relies")
    assert job.rows == [["UA", 58665], ["B6", 54635]]
    assert job.response == "0 of ['carrier']"
    nodes = [(event.node, event.state, event.ms > 0) for event in job.events if isinstance(event, Node)]
    assert nodes[:3] == [("count", "started", False), ("count", "finished", True), ("nothing", "started", False)]
    assert job.result.timings["count_ms"] > 0
    assert len(job.statements) == 2


async def test_what_is_kept_for_the_next_question(served: Served) -> None:
    async def said(question: str, agent: str = "relies", conversation_id: str = "c") -> str:
        return (await served.ask(question, agent=agent, conversation_id=conversation_id)).response

    assert await said("keep 1") == "{}"
    assert await said("keep and fail") == "{'keep 1': 'kept'}"
    assert await said("keep 2") == "{'keep 1': 'kept'}"
    assert await said("select 1", agent="sql")
    assert await said("keep 3", agent="other") == "{}"
    too_much = await served.ask("keep too much", agent="relies", conversation_id="c")
    assert too_much.response == "{'keep 1': 'kept', 'keep 2': 'kept'}"
    assert "the limit is 1,048,576" in too_much.failed.error
    assert await said("keep 4", conversation_id="another") == "{}"
    assert await said("keep 5", conversation_id="") == "{}"
    bobs = await served.ask("keep 6", agent="relies", conversation_id="c", caller=BOB)
    assert bobs.response == "{}"


async def test_files_that_are_kept_for_the_next_question(served: Served) -> None:
    async def said(question: str, agent: str = "relies", conversation_id: str = "files") -> str:
        return (await served.ask(question, agent=agent, conversation_id=conversation_id)).response

    assert await said("file 1") == "{}"
    assert await said("file and fail") == "{'file 1': 'kept'}"
    assert await said("file 2") == "{'file 1': 'kept'}"
    assert await said("file 3", agent="other") == "{}"
    too_much = await served.ask("file too much", agent="relies", conversation_id="files")
    assert too_much.warnings == [
        "What the agent wanted to keep for the next question is not kept: The conversation's folder holds more than"
        " 1,048,576 bytes, the limit."
    ]
    assert await said("file 4") == "{'file 1': 'kept', 'file 2': 'kept'}", "what lay there before has stayed"
    assert await said("file 5", conversation_id="another") == "{}"
    assert await said("file 6", conversation_id="") == "{}"
    bobs = await served.ask("file 7", agent="relies", conversation_id="files", caller=BOB)
    assert bobs.response == "{}"
    assert await said("keep 1") == "{}"
    await served.supervisor.client.request(HideConversation(BOB, "files"), Changed)
    again = await served.ask("file 8", agent="relies", conversation_id="files", caller=BOB)
    assert again.response == "{}", "they have gone with the conversation"
    assert await said("keep 2") == "{'keep 1': 'kept'}", "and nobody else's"


async def test_what_is_refused_or_too_much(served: Served) -> None:
    job = await served.ask("wrong", agent="relies")
    assert job.response == "sql_binder refused sql_syntax "
    assert (job.failed.code, job.failed.retryable) == ("sql_too_many_rows", False)
    assert "more than 10 rows" in job.failed.error


async def test_a_statement_is_stopped(served: Served) -> None:
    job_id = await served.submit("endless", agent="relies")
    await served.supervisor.until(job_id, Sql)
    worker = (await served.supervisor.record(job_id)).summary.pid
    await served.supervisor.stop(job_id)
    job = await ended(served.supervisor, job_id)
    assert job.killed.rung is Rung.CANCEL
    assert worker is not None
    assert is_gone(worker)
    assert [event.state for event in job.events if isinstance(event, Node)] == ["started", "failed"]


async def test_the_model_is_counted_and_fails_as_a_model_does(served: Served) -> None:
    job = await served.ask("model", lambda _: Say(("I am ", "a model.")), agent="relies")
    assert job.response == "I am a model."
    assert job.statuses == [f"asking {served.requests[0].body['model']}"]
    assert job.result.usage.model_calls == 1
    assert [event.state for event in job.events if isinstance(event, ModelCall)] == ["started", "finished"]
    assert "Be brief." in job.monitor
    failed = await served.ask("model", lambda _: Fail(401, "authentication_error", "no"), agent="relies")
    assert failed.failed.code == "llm_auth"


async def test_a_worker_imports_nothing_heavy_anew(served: Served) -> None:
    jobs = [await served.ask("go", agent="probe") for _ in range(3)]
    found = [ast.literal_eval(job.response) for job in jobs]
    for facts in found:
        assert set(HEAVY) <= set(facts["frozen"])
    assert len({facts["tls"] for facts in found}) == 1, "one TLS context, made before the fork"


async def test_workers_that_share_a_database_until_the_fork_have_random_numbers_of_their_own(served: Served) -> None:
    jobs = [await served.ask("select random(), uuid()", agent="sql") for _ in range(3)]
    for drawn in zip(*(job.result.final_output["raw_table"]["rows"][0] for job in jobs), strict=True):
        assert len(set(drawn)) == 3
