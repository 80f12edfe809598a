"""`deadstop ps` and `kill`: which jobs are meant, what would be done, and why it was done."""

import json

import pytest

from ops.target import login_name
from tests.e2e.cli_runner import Server, deadstop, job


def ids(server: Server, *arguments: str) -> set[str]:
    """The jobs that a command names with `--json`."""
    done = deadstop(server.folder, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return {json.loads(line)["job_id"] for line in done.stdout.splitlines()}


def test_filters_narrow_what_is_listed(server: Server, target: list[str]) -> None:
    with job(server, "sleeps") as (sleeping, _), job(server, "hangs_in_http") as (hanging, _):
        assert ids(server, "ps", "--agent", "sleeps", *target) == {sleeping}
        assert ids(server, "ps", "--user", login_name(), "--state", "running", *target) == {sleeping, hanging}
        assert ids(server, "ps", "--older-than", "1h", *target) == set()
        assert ids(server, "ps", "--older-than", "0s", "--agent", "hangs_in_http", *target) == {hanging}


def test_kill_takes_the_same_filters_and_spares_the_others(server: Server, target: list[str]) -> None:
    with job(server, "sleeps") as (sleeping, asked), job(server, "hangs_in_http") as (hanging, _):
        assert ids(server, "kill", "--older-than", "1h", *target) == set()
        assert ids(server, "kill", "--agent", "hangs_in_http", "--state", "running", *target) == {hanging}
        assert asked.process.poll() is None
        assert ids(server, "ps", *target) == {sleeping}


def test_a_dry_run_stops_nothing(server: Server, target: list[str]) -> None:
    with job(server, "sleeps", "how long is a night") as (sleeping, _):
        done = deadstop(server.folder, "kill", "--all", "--dry-run", *target)
        assert done.returncode == 0
        assert done.stdout == f"{sleeping[:6]} would be stopped: running, {login_name()}: how long is a night\n"
        assert ids(server, "kill", sleeping, "--dry-run", *target) == {sleeping}
        assert ids(server, "ps", "--state", "running", *target) == {sleeping}


def test_the_reason_stands_in_the_record(server: Server, target: list[str]) -> None:
    with job(server, "sleeps") as (sleeping, _):
        assert ids(server, "kill", sleeping, "--reason", "it is late", *target) == {sleeping}
    (record,) = [
        json.loads(line) for line in deadstop(server.folder, "show", sleeping, "--json", *target).stdout.splitlines()
    ]
    assert record["note"] == "it is late"
    assert "it is late" in deadstop(server.folder, "show", sleeping, *target).stdout


@pytest.mark.parametrize(
    "arguments", [[], ["--all", "--user", "alice"], ["abc", "--all"], ["abc", "--agent", "x"], ["--older-than", "soon"]]
)
def test_kill_needs_to_know_whom(server: Server, arguments: list[str]) -> None:
    done = server.run("kill", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
