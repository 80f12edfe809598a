"""`deadstop history` of a server elsewhere: asked through its agent, with the same rows as at home."""

from tests.e2e.cli_runner import Server, deadstop

BY_STATE = "SELECT state, count(*) AS jobs FROM jobs GROUP BY state ORDER BY state"


def test_a_server_elsewhere_is_asked_itself(server: Server) -> None:
    assert server.run("ask", "select 1").returncode == 0
    here = server.objects("history", BY_STATE)  # takes what has ended into the history
    there = deadstop(server.folder, "history", BY_STATE, "--url", server.url)
    assert there.returncode == 0, there.stderr
    assert here
    assert [line.split() for line in there.stdout.splitlines()] == [
        ["state", "jobs"],
        *([row["state"], str(row["jobs"])] for row in here),
    ]
    overview = deadstop(server.folder, "history", "--url", server.url)
    assert [line for line in overview.stdout.splitlines() if line in _TITLES] == ["the last 14 days", "stops"]


_TITLES = ("the last 14 days", "stops")


def test_what_the_server_says_against_it_is_shown(server: Server) -> None:
    done = deadstop(server.folder, "history", "SELECT nothing FROM jobs", "--url", server.url)
    assert (done.returncode, "nothing" in done.stderr) == (1, True)
    address = server.url.partition("?")[0]
    token = server.objects("token", "create", "ann")[0]["token"]
    try:
        refused = deadstop(server.folder, "history", BY_STATE, "--url", address, "--token", token)
        assert (refused.returncode, "operator" in refused.stderr) == (1, True), refused.stderr
    finally:
        server.run("token", "revoke", "ann")


def test_an_address_where_nobody_answers_is_named_plainly(server: Server) -> None:
    done = deadstop(server.folder, "ps", "--url", "http://127.0.0.1:1")
    words = "deadstop: http://127.0.0.1:1 cannot be reached (Connection refused); does it serve there?\n"
    assert (done.returncode, done.stderr) == (1, words)
