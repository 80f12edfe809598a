"""Tokens that `deadstop token` makes, beside those of the settings."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bus.contract.settings import TokenEntry
from bus.contract.vocabulary import Role
from bus.tokens import (
    TOKENS_NAME,
    TokenBook,
    TokensError,
    create_token,
    hash_token,
    read_tokens,
    revoke_token,
)
from bus.wire.commands import Caller

ALICE = Caller("alice", Role.OPERATOR)


def test_a_token_is_valid_from_its_making_to_its_revoking_without_a_restart(tmp_path: Path) -> None:
    book = TokenBook([], tmp_path)
    assert book.callers() == {}
    token = create_token(tmp_path, "laptop", "alice", Role.OPERATOR)
    assert book.callers()[hash_token(token)] == ALICE
    assert book.callers() is book.callers()
    assert hash_token(token + "x") not in book.callers()
    revoke_token(tmp_path, "laptop")
    assert hash_token(token) not in book.callers()


def test_tokens_of_the_settings_stay_beside_them(tmp_path: Path) -> None:
    book = TokenBook([TokenEntry(hash_token("configured"), "bob")], tmp_path)
    token = create_token(tmp_path, "alice", "alice", Role.OPERATOR)
    assert book.callers()[hash_token("configured")] == Caller("bob", Role.USER)
    assert book.callers()[hash_token(token)] == ALICE


def test_only_the_hash_is_kept_and_only_for_its_owner(tmp_path: Path) -> None:
    token = create_token(tmp_path / "state", "alice", "alice", Role.USER)
    path = tmp_path / "state" / TOKENS_NAME
    assert len(token) >= 43
    assert token not in path.read_text()
    assert hash_token(token) in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_cannot_be_read_lets_nobody_in(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    book = TokenBook([TokenEntry(hash_token("configured"), "bob")], tmp_path)
    token = create_token(tmp_path, "alice", "alice", Role.USER)
    assert hash_token(token) in book.callers()
    (tmp_path / TOKENS_NAME).write_text('{"tokens": 1}')
    assert hash_token(token) not in book.callers()
    assert hash_token("configured") in book.callers()
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    with pytest.raises(TokensError, match="cannot be read"):
        create_token(tmp_path, "other", "alice", Role.USER)


@pytest.mark.parametrize("name", ["", "two words", "x" * 65, "a/b"])
def test_names_that_cannot_be(tmp_path: Path, name: str) -> None:
    with pytest.raises(TokensError, match="use 1 to 64 of"):
        create_token(tmp_path, name, "alice", Role.USER)


def test_a_name_is_given_once(tmp_path: Path) -> None:
    create_token(tmp_path, "laptop", "alice", Role.USER)
    with pytest.raises(TokensError, match="there is a token `laptop` already"):
        create_token(tmp_path, "laptop", "bob", Role.USER)
    with pytest.raises(TokensError, match="there is no token `phone`"):
        revoke_token(tmp_path, "phone")


def test_a_user_is_not_made_anew_by_other_letters(tmp_path: Path) -> None:
    create_token(tmp_path, "laptop", "Ann", Role.USER)
    with pytest.raises(TokensError, match="there is a user 'Ann' already"):
        create_token(tmp_path, "phone", "ann", Role.USER)
    create_token(tmp_path, "phone", "Ann", Role.USER)


def test_changes_at_the_same_time_undo_nothing(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda index: create_token(tmp_path, f"n{index}", "alice", Role.USER), range(24)))
    assert {token.name for token in read_tokens(tmp_path)} == {f"n{index}" for index in range(24)}


@pytest.mark.parametrize("user", ["supervisor", "operator", "local", "Operator", "SHUTDOWN"])
def test_names_of_deadstop_itself_are_no_users(tmp_path: Path, caplog: pytest.LogCaptureFixture, user: str) -> None:
    with pytest.raises(TokensError, match="is a name of Deadstop's own; choose another with --user"):
        create_token(tmp_path, "laptop", user, Role.USER)
    create_token(tmp_path, user, "alice", Role.USER)
    token = create_token(tmp_path, "earlier", "alice", Role.USER)
    (tmp_path / TOKENS_NAME).write_text((tmp_path / TOKENS_NAME).read_text().replace('"alice"', f'"{user}"'))
    assert hash_token(token) not in TokenBook([], tmp_path).callers()
    assert f"token `earlier` is not valid: its user '{user}' is a name of Deadstop's own" in caplog.messages[-1]
