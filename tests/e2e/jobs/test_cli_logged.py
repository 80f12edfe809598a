"""`ps --all`, `show` and `tail` when nobody serves the state folder any more."""

import json
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.e2e.cli_runner import ZOO_ALONE, deadstop, job, program, serving

NOBODY = "no supervisor runs for "


@dataclass(frozen=True)
class Ended:
    """A folder whose server has ended, its one job, and what `show` and `tail` said of it while it was served."""

    folder: Path
    job_id: str
    served: list[str]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return deadstop(self.folder, *words, "--state-dir", "state")


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    folder = tmp_path_factory.mktemp("ended")
    with serving(folder, **ZOO_ALONE) as server, job(server, "sleeps") as (job_id, _):
        assert server.run("kill", job_id, "--reason", "it is late").returncode == 0
        served = [server.run(*words, "--json").stdout for words in (["show", job_id], ["tail", job_id])]
    return Ended(folder, job_id, served)


def test_what_the_log_holds_can_be_read(ended: Ended) -> None:
    job_id = ended.job_id
    logged = [ended.run(*words, "--json") for words in (["show", job_id], ["tail", job_id])]
    assert [done.stdout for done in logged] == ended.served
    assert all(done.returncode == 0 and done.stderr.startswith(NOBODY) for done in logged)
    listed = ended.run("ps", "--all", "--agent", "sleeps", "--json")
    assert [json.loads(line)["job_id"] for line in listed.stdout.splitlines()] == [job_id]
    assert ended.run("show", job_id[:6]).returncode == 0


def test_what_needs_a_supervisor_says_so(ended: Ended) -> None:
    for words in (["ps"], ["kill", ended.job_id], ["stats"]):
        done = ended.run(*words)
        assert (done.returncode, done.stdout) == (1, ""), words
        assert done.stderr.startswith(f"deadstop: {NOBODY}"), words


def test_a_job_that_is_not_in_the_log(ended: Ended) -> None:
    done = ended.run("show", "zzzzzz")
    assert done.returncode == 1
    assert "deadstop: there is no such job" in done.stderr


def test_a_job_that_a_crash_has_cut_off(tmp_path: Path) -> None:
    with serving(tmp_path, **ZOO_ALONE) as server, job(server, "sleeps") as (job_id, asked):
        supervisor = psutil.Process(json.loads((server.state_dir / "bus.json").read_text())["pid"])
        server.program.signal(signal.SIGSTOP)  # so that it does not start another supervisor
        supervisor.kill()
        server.program.process.kill()
        server.program.process.wait()
        asked.process.kill()
        tailed = deadstop(tmp_path, "tail", job_id, "--json", "--state-dir", "state")
        assert tailed.returncode == 1
        assert [json.loads(line)["data"]["seq"] for line in tailed.stdout.splitlines()] == [1, 2]
        assert f"deadstop: the log of job {job_id} has no end; the next start of a supervisor" in tailed.stderr
        with program(tmp_path, *server.program.arguments) as following:
            following.line()
            following.signal(signal.SIGTERM)
            assert following.end()[0] == 0
    tailed = deadstop(tmp_path, "tail", job_id, "--json", "--state-dir", "state")
    assert tailed.returncode == 0
    assert json.loads(tailed.stdout.splitlines()[-1])["data"]["code"] == "supervisor_lost"
