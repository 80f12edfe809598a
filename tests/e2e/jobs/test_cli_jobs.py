"""`deadstop ps`, `kill`, `tail` and `show`, through the bus and over HTTP."""

import json
import signal

import psutil

from ops.target import login_name
from tests.e2e.cli_runner import Server, deadstop, is_status, job, program


def test_ps_lists_what_lives_and_with_all_what_has_ended(server: Server, target: list[str]) -> None:
    with job(server, "sleeps") as (job_id, _):
        done = deadstop(server.folder, "ps", *target, COLUMNS="100")
        header, *rows = done.stdout.splitlines()
        assert header.split() == ["JOB", "STATE", "USER", "AGE", "TIME", "ROWS", "MEM", "PID", "QUESTION"]
        row = next(row for row in rows if job_id.startswith(row.split()[0]))
        assert len(row.split()[0]) >= 6
        assert row.split()[1:3] == ["running", login_name()]
        assert deadstop(server.folder, "ps", "--user", "somebody-else", *target).stderr == "no jobs\n"
        assert deadstop(server.folder, "kill", job_id, *target).returncode == 0
    assert job_id not in deadstop(server.folder, "ps", "--json", *target).stdout
    ended = [json.loads(line) for line in deadstop(server.folder, "ps", "--all", "--json", *target).stdout.splitlines()]
    assert next(item for item in ended if item["job_id"] == job_id)["reason"] in ("operator", "user")
    cancelled = deadstop(server.folder, "ps", "--state", "cancelled", "--json", *target).stdout
    assert job_id in cancelled


def test_kill_waits_for_the_proof(server: Server, target: list[str]) -> None:
    with job(server, "ignores_signals") as (job_id, asked):
        pid = server.objects("show", job_id)[0]["pid"]
        done = deadstop(server.folder, "kill", job_id[:6], "--reason", "it is late", *target)
        assert done.returncode == 0, done.stderr
        assert not psutil.pid_exists(pid)
        assert done.stdout.startswith(f"{job_id[:6]} stopped by kill in ")
        assert asked.end()[0] == 130


def test_kill_now_begins_at_the_top(server: Server, target: list[str]) -> None:
    with job(server, "sleeps") as (job_id, _):
        done = deadstop(server.folder, "kill", job_id, "--now", "--json", *target)
        (outcome,) = [json.loads(line) for line in done.stdout.splitlines()]
        assert (done.returncode, outcome["job_id"], outcome["ok"]) == (0, job_id, True)
        assert outcome["end"]["event"] == "agent_killed"
        assert outcome["end"]["data"]["rung"] == "kill"


def test_kill_all_stops_every_job(server: Server, target: list[str]) -> None:
    with job(server, "sleeps") as (first, _), job(server, "swallows_cancel") as (second, _):
        assert deadstop(server.folder, "kill", "--user", "somebody-else", *target).stderr == "no jobs\n"
        done = deadstop(server.folder, "kill", "--all", "--json", *target)
        assert done.returncode == 0, done.stderr
        assert {json.loads(line)["job_id"] for line in done.stdout.splitlines()} == {first, second}
    again = deadstop(server.folder, "kill", first, *target)
    assert again.returncode == 0
    assert again.stdout.startswith(f"{first[:6]} had ended before: cancelled (")


def test_kill_of_a_job_that_does_not_exist(server: Server, target: list[str]) -> None:
    done = deadstop(server.folder, "kill", "zzzzzz", *target)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("zzzzzz: there is no such job")


def test_tail_follows_to_the_end_without_gaps(server: Server, target: list[str]) -> None:
    with (
        job(server, "sleeps") as (job_id, _),
        program(server.folder, "tail", job_id, "--json", *target) as tailing,
    ):
        seen = tailing.objects_until(is_status)
        assert deadstop(server.folder, "kill", job_id, *target).returncode == 0
        exit_code, rest = tailing.end()
    assert exit_code == 0, tailing
    seen += [json.loads(line) for line in rest.splitlines()]
    assert [item["data"]["seq"] for item in seen] == list(range(1, len(seen) + 1))
    assert seen[-1]["event"] == "agent_killed"
    some = deadstop(server.folder, "tail", job_id, "--after", str(len(seen) - 2), "--json", *target)
    assert [json.loads(line) for line in some.stdout.splitlines()] == seen[-2:]
    lines = deadstop(server.folder, "tail", job_id[:6], *target).stdout.splitlines()
    assert len(lines) == len(seen)
    assert lines[0].split() == ["1", "accepted", "job", job_id]
    assert lines[-1].split()[:4] == [str(len(seen)), "killed", "stopped", "by"]


def test_ctrl_c_ends_tail_and_not_the_job(server: Server, target: list[str]) -> None:
    with job(server, "sleeps") as (job_id, asked):
        with program(server.folder, "tail", job_id, "--json", *target) as tailing:
            tailing.objects_until(is_status)
            tailing.signal(signal.SIGINT)
            assert tailing.end()[0] == 130
        assert tailing.stderr().strip() == ""
        assert asked.process.poll() is None
        assert server.objects("show", job_id)[0]["state"] == "running"


def test_show_tells_the_whole_life(server: Server, target: list[str]) -> None:
    with job(server, "ignores_signals") as (job_id, _):
        assert deadstop(server.folder, "kill", job_id, *target).returncode == 0
    done = deadstop(server.folder, "show", job_id[:8], *target)
    facts = dict(line.split(maxsplit=1) for line in done.stdout.splitlines() if len(line.split()) > 1)
    assert facts["job"] == job_id
    assert facts["question"] == "go"
    assert facts["state"].startswith("cancelled (")
    assert "cancel after" in done.stdout
    assert "terminate after" in done.stdout
    assert "kill after" in done.stdout
    assert facts["exit"]
    (record,) = [
        json.loads(line) for line in deadstop(server.folder, "show", job_id, "--json", *target).stdout.splitlines()
    ]
    assert [rung["rung"] for rung in record["rungs"]] == ["cancel", "terminate", "kill"]


def test_show_of_a_job_that_does_not_exist(server: Server, target: list[str]) -> None:
    done = deadstop(server.folder, "show", "zzzzzz", *target)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("deadstop: there is no such job")
