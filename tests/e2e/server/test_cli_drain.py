"""`deadstop drain`: nothing new, what runs is finished, then the end."""

import json
import signal
from pathlib import Path

from tests.e2e.cli_runner import ZOO_ALONE, Server, deadstop, job, program, serving, wait_until

SHORT = "select count(*) from range(10)"


def test_what_runs_is_finished_and_then_everything_ends(tmp_path: Path) -> None:
    with serving(tmp_path, **ZOO_ALONE) as server, job(server, "sleeps") as (job_id, _):
        wait_until(lambda: server.objects("stats")[0]["jobs"]["running"] == 1, "the catalog is read")
        ctrl_c_ends_the_waiting_and_not_the_drain(server)
        with program(tmp_path, "drain", "--json", "--state-dir", str(server.state_dir)) as draining:
            assert json.loads(draining.line()) == {"running": 1, "waiting": 0, "drained": False}
            refused = server.run("ask", SHORT)
            assert refused.returncode == 1
            assert "the server is draining and accepts no more questions" in refused.stderr
            assert "note: draining: no question is accepted" in server.run("stats").stderr
            assert server.run("kill", job_id).returncode == 0
            exit_code, rest = draining.end()
        assert exit_code == 0, draining
        last = [json.loads(line) for line in rest.splitlines()]
        assert last[-1] == {"running": 0, "waiting": 0, "drained": True}
        wait_until(lambda: server.program.process.poll() is not None, "`serve` has ended before", within_s=0.5)
        assert server.program.end() == (0, "")
        assert "starting it again" not in server.program.stderr()
    assert deadstop(tmp_path, "ps", "--state-dir", "state").returncode == 1


def ctrl_c_ends_the_waiting_and_not_the_drain(server: Server) -> None:
    with program(server.folder, "drain", "--json", "--state-dir", str(server.state_dir)) as draining:
        draining.line()
        draining.signal(signal.SIGINT)
        assert draining.end()[0] == 130
    assert draining.stderr() == "the drain goes on without being watched; `deadstop ps` shows what still runs\n"
    assert server.objects("stats")[0]["draining"] == 1


def test_who_reads_slowly_is_told_all_of_it(tmp_path: Path) -> None:
    """The log has what the supervisor can tell nobody any more."""
    with serving(tmp_path, **ZOO_ALONE) as server, job(server, "sleeps") as (job_id, _):
        asking = ["ask", "200000", "--agent", "counts", "--json", "--state-dir", str(server.state_dir)]
        with program(tmp_path, *asking) as slow:
            first = json.loads(slow.line())
            with program(tmp_path, "drain", "--state-dir", str(server.state_dir)) as draining:
                wait_until(lambda: "draining: " in draining.stderr(), "it drains")
                assert server.run("kill", job_id).returncode == 0
                assert draining.end() == (0, "")
            exit_code, rest = slow.end()
        assert (exit_code, first["event"]) == (0, "agent_accepted")
        numbers = [json.loads(line)["data"]["seq"] for line in rest.splitlines()]
        assert numbers == list(range(2, 200_003))
        assert server.program.end() == (0, "")


def test_from_far_away(tmp_path: Path) -> None:
    with serving(tmp_path, **ZOO_ALONE) as server, job(server, "sleeps") as (job_id, _):
        token = server.run("token", "create", "eve").stdout.strip()
        refused = deadstop(tmp_path, "drain", "--url", server.url.partition("?")[0], "--token", token)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr == "deadstop: draining is for operators; use an operator's token\n"
        assert server.objects("stats")[0]["draining"] == 0
        with program(tmp_path, "drain", "--json", "--url", server.url) as draining:
            assert json.loads(draining.line()) == {"running": 1, "waiting": 0, "drained": False}
            assert "the server is draining" in server.run("ask", SHORT).stderr
            assert server.run("kill", job_id).returncode == 0
            exit_code, rest = draining.end()
        assert exit_code == 0, draining
        assert json.loads(rest.splitlines()[-1]) == {"running": 0, "waiting": 0, "drained": True}
        assert server.program.end() == (0, "")
        assert "local drains the server" in server.program.stderr()


def test_from_far_away_where_nobody_serves(tmp_path: Path) -> None:
    done = deadstop(tmp_path, "drain", "--url", "http://127.0.0.1:9")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("deadstop: http://127.0.0.1:9 cannot be reached")


def test_queued_jobs_run_and_their_answers_arrive(tmp_path: Path) -> None:
    one_at_a_time = "[limits]\nmax_running = 1\n"
    with serving(tmp_path, config=one_at_a_time) as server, job(server, "sleeps") as (job_id, _):
        with program(tmp_path, "ask", SHORT, "--agent", "sql", "--json", "--url", server.url) as queued:
            assert json.loads(queued.line())["event"] == "agent_accepted"
            with program(tmp_path, "drain", "--state-dir", str(server.state_dir)) as draining:
                wait_until(lambda: draining.stderr() == "draining: 1 running, 1 waiting\n", f"it waits: {draining!r}")
                server.objects("kill", job_id)
                exit_code, answer = queued.end()
                assert exit_code == 0, queued
                assert json.loads(answer.splitlines()[-1])["event"] == "agent_complete"
                assert draining.end() == (0, "")
        assert draining.stderr().splitlines()[-2:] == [
            "draining: no jobs left",
            "drained: every job has ended, and so has the server",
        ]
        assert server.program.end() == (0, "")
        assert "drained: every job has ended, and so does the server" in server.program.stderr()


def test_a_supervisor_that_dies_meanwhile_is_not_called_drained(tmp_path: Path) -> None:
    with serving(tmp_path, **ZOO_ALONE) as server, job(server, "sleeps"):
        with program(tmp_path, "drain", "--json", "--state-dir", str(server.state_dir)) as draining:
            draining.line()
            server.program.signal(signal.SIGTERM)
            exit_code, _ = draining.end()
        assert exit_code == 1
        # Which of the two depends on whether it was looked at between the job's end and the supervisor's.
        assert draining.stderr().splitlines()[-1] in (
            "deadstop: the supervisor has gone with 1 jobs left; its log says why",
            "deadstop: the server was told to end meanwhile, and 1 jobs were stopped, not finished",
        )
        assert server.program.end() == (0, "")


def test_without_a_server(tmp_path: Path) -> None:
    done = deadstop(tmp_path, "drain", "--state-dir", "state")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("deadstop: no supervisor runs for ")
