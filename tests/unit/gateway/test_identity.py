import hashlib
import stat
from pathlib import Path

from bus.commands import Caller
from bus.settings import TokenEntry
from bus.vocabulary import Role
from gateway.identity import SECRET_NAME, Identities, read_secret

ANN = TokenEntry(hashlib.sha256(b"ann's token").hexdigest(), "ann", "user")
OPS = TokenEntry(hashlib.sha256(b"ops token").hexdigest(), "ops", "operator")


def test_a_token_stands_for_its_user_and_role() -> None:
    identities = Identities([ANN, OPS], "", b"secret")
    assert identities.by_token("ann's token") == Caller("ann", Role.USER)
    assert identities.by_token("ops token") == Caller("ops", Role.OPERATOR)


def test_wrong_empty_and_endless_tokens_stand_for_nobody() -> None:
    identities = Identities([ANN], "", b"secret")
    assert identities.by_token("ann's tokem") is None
    assert identities.by_token("") is None
    assert identities.by_token("x" * 100_000) is None


def test_without_a_made_token_the_empty_one_is_not_valid() -> None:
    assert Identities([], "", b"secret").by_token("") is None


def test_the_made_token_is_the_local_operator() -> None:
    assert Identities([], "made", b"secret").by_token("made") == Caller("local", Role.OPERATOR)


def test_the_cookie_is_not_the_token_and_survives_a_restart() -> None:
    cookie = Identities([ANN], "", b"secret").cookie("ann's token")
    assert "ann" not in cookie
    assert ANN.sha256 not in cookie
    assert Identities([ANN], "", b"secret").by_cookie(cookie) == Caller("ann", Role.USER)


def test_the_cookie_ends_with_its_token_and_with_the_secret() -> None:
    cookie = Identities([ANN], "", b"secret").cookie("ann's token")
    assert Identities([OPS], "", b"secret").by_cookie(cookie) is None
    assert Identities([ANN], "", b"another").by_cookie(cookie) is None
    assert Identities([ANN], "", b"secret").by_cookie(cookie[:-1] + "ü") is None


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    secret = read_secret(tmp_path)
    assert len(secret) == 32
    assert read_secret(tmp_path) == secret
    assert stat.S_IMODE((tmp_path / SECRET_NAME).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [SECRET_NAME]
