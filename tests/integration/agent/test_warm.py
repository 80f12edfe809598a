"""Workers are warm: what an agent needs was imported once, before the fork. multiprocessing swallows the ImportError of
a preloaded module, so that nothing but a test would tell."""

import subprocess
import sys

import pytest

from agent_worker.plan import SqlPlan
from agent_worker.warmup.warm_up import warm_up
from bus.contract.events import Node, TableRows
from bus.contract.models import preload_of
from bus.contract.settings import Settings
from tests.harness.servers import ROOT


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


def test_the_warm_up_plans_a_question_and_answers_a_statement() -> None:
    plan, events = warm_up()
    assert isinstance(plan, SqlPlan)
    assert [event.count for event in events if isinstance(event, TableRows)] == [1]
    assert isinstance(events[-1], Node)
    assert (events[-1].node, events[-1].state) == ("answer", "finished")
