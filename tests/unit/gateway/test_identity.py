import hashlib
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from bus.commands import Caller
from bus.settings import TokenEntry
from bus.tokens import TokenBook, create_token, revoke_token
from bus.vocabulary import Role
from gateway.identity import SECRET_NAME, Identities, Identity, read_secret

ANN = TokenEntry(hashlib.sha256(b"ann's token").hexdigest(), "ann", "user")
OPS = TokenEntry(hashlib.sha256(b"ops token").hexdigest(), "ops", "operator")


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Identities]:
    """Identities of these configured tokens, over one state folder."""

    def make(*tokens: TokenEntry, made_token: str = "", secret: bytes = b"secret") -> Identities:
        return Identities(TokenBook(list(tokens), tmp_path), made_token, secret)

    return make


def caller(identity: Identity | None) -> Caller | None:
    return identity.caller if identity else None


def test_a_token_stands_for_its_user_and_role(made: Callable[..., Identities]) -> None:
    identities = made(ANN, OPS)
    assert caller(identities.by_token("ann's token")) == Caller("ann", Role.USER)
    assert caller(identities.by_token("ops token")) == Caller("ops", Role.OPERATOR)


@pytest.mark.parametrize("token", ["ann's tokem", "", "x" * 100_000, "\udcff", "ann's token\n", ANN.sha256])
def test_anything_else_stands_for_nobody(made: Callable[..., Identities], token: str) -> None:
    assert made(ANN).by_token(token) is None
    assert made().by_token(token) is None


def test_the_made_token_is_the_local_operator(made: Callable[..., Identities]) -> None:
    assert caller(made(made_token="made").by_token("made")) == Caller("local", Role.OPERATOR)


def test_the_cookie_is_not_the_token_and_survives_a_restart(made: Callable[..., Identities]) -> None:
    cookie = cookie_of(made(ANN))
    assert "ann" not in cookie
    assert ANN.sha256 not in cookie
    assert caller(made(ANN).by_cookie(cookie)) == Caller("ann", Role.USER)


def test_the_cookie_ends_with_its_token_and_with_the_secret(made: Callable[..., Identities]) -> None:
    cookie = cookie_of(made(ANN))
    assert made(OPS).by_cookie(cookie) is None
    assert made(ANN, secret=b"another").by_cookie(cookie) is None
    assert made(ANN).by_cookie(cookie[:-1] + "ü") is None
    assert made(ANN).by_cookie("\udcff") is None


def cookie_of(identities: Identities) -> str:
    ann = identities.by_token("ann's token")
    assert ann is not None
    return identities.cookie(ann)


def test_a_token_made_or_revoked_later_counts_at_once(made: Callable[..., Identities], tmp_path: Path) -> None:
    identities = made(ANN)
    assert identities.by_token("ann's token")
    token = create_token(tmp_path, "laptop", "bob", Role.USER)
    bob = identities.by_token(token)
    assert caller(bob) == Caller("bob", Role.USER)
    assert bob is not None
    assert identities.by_cookie(identities.cookie(bob)) == bob
    assert identities.still_valid(bob)
    revoke_token(tmp_path, "laptop")
    assert identities.by_token(token) is None
    assert not identities.still_valid(bob)
    assert identities.by_cookie(identities.cookie(bob)) is None
    assert identities.by_token("ann's token")


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    secret = read_secret(tmp_path)
    assert len(secret) == 32
    assert read_secret(tmp_path) == secret
    assert stat.S_IMODE((tmp_path / SECRET_NAME).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [SECRET_NAME]
