"""The command line by address, with a user's token: another's job answers as one that does not exist, in every verb."""

from collections.abc import Iterator

import pytest

from tests.e2e.cli_runner import Server, deadstop, job

NOBODYS = "000000000000"
VERBS = [
    ["show"],
    ["show", "--timeline"],
    ["show", "--json"],
    ["tail"],
    ["tail", "--after", "1"],
    ["kill"],
    ["kill", "--now"],
    ["kill", "--dry-run"],
]


@pytest.fixture(scope="module")
def bob(server: Server) -> Iterator[list[str]]:
    token = server.run("token", "create", "bob").stdout.strip()
    yield ["--url", server.url.partition("?")[0], "--token", token]
    assert server.run("token", "revoke", "bob").returncode == 0


@pytest.mark.timeout(600)  # about forty commands
def test_no_verb_tells_of_anothers_job(server: Server, bob: list[str]) -> None:
    with job(server, "sleeps") as (running, _):
        ended = server.objects("ask", "select 1", "--agent", "sql")[0]["data"]["job_id"]
        for verb, *options in VERBS:
            answers = []
            for name in (NOBODYS, running, ended, running[:6]):
                done = deadstop(server.folder, verb, name, *options, *bob)
                answers.append((done.returncode, (done.stdout + done.stderr).replace(name, "NAME")))
            assert len(set(answers)) == 1, (verb, options, answers)
            assert answers[0][0] == 1
        for listing in (["ps"], ["ps", "--all"], ["ps", "--state", "running"], ["kill", "--all"]):
            done = deadstop(server.folder, *listing, *bob)
            assert (done.stdout, done.stderr) == ("", "no jobs\n"), listing
        refused = deadstop(server.folder, "stats", *bob)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "for operators" in refused.stderr
        record = server.objects("show", running)[0]
        assert (record["state"], record["rungs"]) == ("running", [])


def test_a_token_that_is_not_valid_is_told_from_none(server: Server) -> None:
    address = server.url.partition("?")[0]
    wrong = deadstop(server.folder, "ps", "--url", address, "--token", "no-such-token")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert wrong.stderr == "deadstop: that token is not valid; `deadstop token create` makes one\n"
    none = deadstop(server.folder, "ps", "--url", address)
    assert "sign in first" in none.stderr
