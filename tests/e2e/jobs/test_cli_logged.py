"""`ps --all`, `show` and `tail` when nobody serves the state folder any more."""

import json
import signal
from pathlib import Path

import psutil

from tests.e2e.cli_runner import ZOO_ALONE, deadstop, job, program, serving

NOBODY = "no supervisor runs for "


def test_what_the_log_holds_can_be_read(tmp_path: Path) -> None:
    with serving(tmp_path, **ZOO_ALONE) as server, job(server, "sleeps") as (job_id, _):
        assert server.run("kill", job_id, "--reason", "it is late").returncode == 0
        served = [server.run(*words, "--json").stdout for words in (["show", job_id], ["tail", job_id])]
    logged = [
        deadstop(tmp_path, *words, "--json", "--state-dir", "state") for words in (["show", job_id], ["tail", job_id])
    ]
    assert [done.stdout for done in logged] == served
    assert all(done.returncode == 0 and done.stderr.startswith(NOBODY) for done in logged)
    listed = deadstop(tmp_path, "ps", "--all", "--agent", "sleeps", "--json", "--state-dir", "state")
    assert [json.loads(line)["job_id"] for line in listed.stdout.splitlines()] == [job_id]
    assert deadstop(tmp_path, "show", job_id[:6], "--state-dir", "state").returncode == 0


def test_what_needs_a_supervisor_says_so(tmp_path: Path) -> None:
    with serving(tmp_path, **ZOO_ALONE) as server, job(server, "sleeps") as (job_id, _):
        pass
    for words in (["ps"], ["kill", job_id], ["stats"]):
        done = deadstop(tmp_path, *words, "--state-dir", "state")
        assert (done.returncode, done.stdout) == (1, ""), words
        assert done.stderr.startswith(f"deadstop: {NOBODY}"), words


def test_a_job_that_is_not_in_the_log(tmp_path: Path) -> None:
    with serving(tmp_path, **ZOO_ALONE):
        pass
    done = deadstop(tmp_path, "show", "zzzzzz", "--state-dir", "state")
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
