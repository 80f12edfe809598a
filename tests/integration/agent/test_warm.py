"""Workers are warm: what an agent needs was imported once, before the fork. multiprocessing swallows the ImportError of
a preloaded module, so that nothing but a test would tell."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from agent_worker.plan import SqlPlan
from agent_worker.warmup.warm_up import warm_up
from bus.contract.events import Node, TableRows
from bus.contract.models import preload_of
from bus.contract.settings import Settings
from tests.harness.asking import ask
from tests.harness.servers import ROOT, running_supervisor

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

NOBODY_LISTENS = "http://127.0.0.1:9"

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


@pytest.mark.parametrize(("has_model", "said"), [(False, "0 False False"), (True, "0 True False")])
def test_what_is_preloaded_starts_no_thread_and_a_models_client_is_only_where_there_is_a_model(
    has_model: bool, said: str
) -> None:
    """Nor is pandas loaded where it happens to be installed: each fork and each end would take half as long again."""
    modules = preload_of(Settings(), {"ANTHROPIC_API_KEY": "a key"} if has_model else {})
    program = (
        f"import sys, {', '.join(modules)}, supervisor.processes.fork_server as s; "
        "print(s.threads_that_stay(), 'anthropic' in sys.modules, 'pandas' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, said), done.stderr


async def test_a_worker_imports_nothing_heavy_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "probe.py").write_text(PROBE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    settings = {"agents.probe": {"entrypoint": "probe:run"}, "llm.base_url": NOBODY_LISTENS}
    async with running_supervisor(tmp_path, settings) as supervisor:
        jobs = [await ask(supervisor, "go", "probe") for _ in range(3)]
        found = [ast.literal_eval(job.response) for job in jobs]
        for facts in found:
            assert set(HEAVY) <= set(facts["frozen"])
        assert len({facts["tls"] for facts in found}) == 1, "one TLS context, made before the fork"


def test_the_warm_up_plans_a_question_and_answers_a_statement() -> None:
    plan, events = warm_up()
    assert isinstance(plan, SqlPlan)
    assert [event.count for event in events if isinstance(event, TableRows)] == [1]
    assert isinstance(events[-1], Node)
    assert (events[-1].node, events[-1].state) == ("answer", "finished")


async def test_workers_that_share_a_database_until_the_fork_have_random_numbers_of_their_own(tmp_path: Path) -> None:
    async with running_supervisor(tmp_path) as supervisor:
        jobs = [await ask(supervisor, "select random(), uuid()", "sql") for _ in range(3)]
        for drawn in zip(*(job.result.final_output["raw_table"]["rows"][0] for job in jobs), strict=True):
            assert len(set(drawn)) == 3
