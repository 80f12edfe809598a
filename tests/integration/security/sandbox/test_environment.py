"""What the server was started with is not in its workers, and what an agent is promised is."""

import json
from pathlib import Path

import pytest

from tests.harness.jobs.stopping import ROOMY, ended
from tests.harness.servers import running_supervisor

SETTINGS = {
    **ROOMY,
    "agents.tells": {"entrypoint": "tests.programs.tells_environment:run", "sandbox": False},
    "worker.environment": ["PROMISED_TO_AGENTS"],
    "llm.api_key_env": "KEY_OF_THE_MODEL",
}


async def test_a_worker_holds_what_was_promised_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_THE_CLOUD", "never-to-be-seen")
    monkeypatch.setenv("PROMISED_TO_AGENTS", "promised")
    monkeypatch.setenv("KEY_OF_THE_MODEL", "key")
    async with running_supervisor(tmp_path, SETTINGS) as supervisor:
        job = await ended(supervisor, await supervisor.submit("go", "tells"))
    started_with, now = json.loads(job.response)
    assert "PATH=" in started_with
    assert "never-to-be-seen" not in started_with
    assert "SECRET_OF_THE_CLOUD" not in now
    assert (now["PROMISED_TO_AGENTS"], now["KEY_OF_THE_MODEL"]) == ("promised", "key")
