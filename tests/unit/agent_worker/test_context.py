"""What an agent says through its context."""

from pathlib import Path

from agent_worker.context import AgentContext
from bus.contract.agents import BUNDLED_AGENTS
from bus.contract.data_place import DataPlace
from bus.contract.events import Progress
from bus.contract.settings import Settings
from tests.harness.jobs.outlets import Recorder


def test_progress_is_sent_when_a_person_would_see_a_difference(tmp_path: Path) -> None:
    worker = Recorder()
    context = AgentContext(Settings(), BUNDLED_AGENTS["sql"], DataPlace(), tmp_path, worker)
    for step in range(1000):
        context.progress(0.01 + step * 5e-7, "running")
    context.progress(0.02, "running")
    context.progress(0.02, "sorting")
    context.progress(None, "sorting")
    context.progress(None, "sorting")
    assert worker.events == [
        Progress(0.01, "running"),
        Progress(0.02, "running"),
        Progress(0.02, "sorting"),
        Progress(None, "sorting"),
    ]
