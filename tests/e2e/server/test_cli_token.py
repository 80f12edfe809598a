"""`deadstop token`: made, listed, revoked."""

import json
from pathlib import Path

import pytest

from bus.contract.settings import TokenEntry
from bus.contract.vocabulary import Role
from bus.tokens import TokenBook, hash_token
from tests.e2e.cli_runner import Server, deadstop


def token(folder: Path, *arguments: str) -> tuple[int, str, str]:
    """(exit code, standard output, standard error) of a `deadstop token` command."""
    done = deadstop(folder, "token", *arguments, "--state-dir", "state")
    return done.returncode, done.stdout, done.stderr


def test_a_token_is_made_listed_and_revoked(tmp_path: Path) -> None:
    exit_code, made, said = token(tmp_path, "create", "laptop", "--user", "alice", "--role", "operator")
    assert (exit_code, said) == (0, "token `laptop` stands for alice (operator); keep it, it is not shown again\n")
    book = TokenBook([], tmp_path / "state")
    caller = book.callers().get(hash_token(made.strip()))
    assert caller is not None
    assert (caller.user, caller.role) == ("alice", Role.OPERATOR)
    header, row = token(tmp_path, "list")[1].splitlines()
    assert header.split() == ["NAME", "USER", "ROLE", "AGE"]
    assert row.split()[:3] == ["laptop", "alice", "operator"]
    assert token(tmp_path, "revoke", "laptop") == (0, "", "token `laptop` of alice (operator) is revoked\n")
    assert hash_token(made.strip()) not in book.callers()
    assert token(tmp_path, "list") == (0, "", "no tokens; `serve` makes one at each start\n")


def test_it_counts_at_once_until_it_is_revoked(server: Server) -> None:
    made = server.run("token", "create", "alice").stdout.strip()
    address = ["--url", server.url.partition("?")[0], "--token", made]
    assert deadstop(server.folder, "ps", *address).returncode == 0
    refused = deadstop(server.folder, "stats", *address)
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "operators" in refused.stderr
    assert server.run("token", "revoke", "alice").returncode == 0
    refused = deadstop(server.folder, "ps", *address)
    assert refused.returncode == 1
    assert "that token is not valid" in refused.stderr


def test_json(tmp_path: Path) -> None:
    made = json.loads(token(tmp_path, "create", "ci", "--json")[1])
    assert {name: made[name] for name in ("name", "user", "role")} == {"name": "ci", "user": "ci", "role": "user"}
    assert len(made["token"]) >= 43
    (listed,) = [json.loads(line) for line in token(tmp_path, "list", "--json")[1].splitlines()]
    assert set(listed) == {"name", "user", "role", "created_at"}


def test_those_of_the_settings_are_listed_too(tmp_path: Path) -> None:
    entry = TokenEntry(hash_token("configured"), "bob")
    (tmp_path / "my.toml").write_text(f'[[auth.tokens]]\nsha256 = "{entry.sha256}"\nuser = "{entry.user}"\n')
    _, listed, _ = token(tmp_path, "list", "--config", "my.toml")
    assert listed.splitlines()[1].split() == ["(settings)", "bob", "user"]


@pytest.mark.parametrize(
    ("arguments", "exit_code", "words"),
    [
        (["create", "two words"], 1, "deadstop: name 'two words': use 1 to 64 of A-Z a-z 0-9 _ . @ -"),
        (["revoke", "nobody"], 1, "deadstop: there is no token `nobody`; `deadstop token list` names them"),
        (["create", "x", "--role", "king"], 2, "'king' is not one of 'user', 'operator'"),
    ],
)
def test_what_cannot_be_done_is_one_line(tmp_path: Path, arguments: list[str], exit_code: int, words: str) -> None:
    found, output, said = token(tmp_path, *arguments)
    assert (found, output) == (exit_code, "")
    assert words in said
