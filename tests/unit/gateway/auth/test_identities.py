import hashlib
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from itsdangerous import Signer, TimestampSigner

from bus.contract.settings import TokenEntry
from bus.contract.vocabulary import Role
from bus.tokens import TokenBook, create_token, revoke_token
from bus.wire.commands import Caller
from gateway.auth import revoked_sessions
from gateway.auth.cookies import SECRET_NAME, Cookies, read_secret
from gateway.auth.identities import Identities, Identity
from gateway.auth.revoked_sessions import SIGNED_IN_S, SIGNED_OUT_NAME, RevokedSessions

ANN = TokenEntry(hashlib.sha256(b"ann's token").hexdigest(), "ann", "user")
OPS = TokenEntry(hashlib.sha256(b"ops token").hexdigest(), "ops", "operator")


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Identities]:
    """Identities of these configured tokens, over one state folder."""

    def make(*tokens: TokenEntry, made_token: str = "", secret: bytes = b"secret") -> Identities:
        return Identities(TokenBook(list(tokens), tmp_path), made_token, Cookies(secret, RevokedSessions(tmp_path)))

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


def test_a_cookie_is_of_one_sign_in_and_ends_when_that_is_ended(
    made: Callable[..., Identities], tmp_path: Path
) -> None:
    here, elsewhere = made(ANN), made(ANN)
    first, second = cookie_of(here), cookie_of(here)
    assert first != second
    signed_in = here.by_cookie(first)
    assert signed_in is not None
    here.sign_out(signed_in)
    for identities in (here, elsewhere, made(ANN)):  # another gateway, and one that was started since
        assert identities.by_cookie(first) is None
        assert not identities.still_valid(signed_in)
        assert caller(identities.by_cookie(second)) == Caller("ann", Role.USER)
        assert identities.by_token("ann's token")
    assert stat.S_IMODE((tmp_path / SIGNED_OUT_NAME).stat().st_mode) == 0o600


def test_a_cookie_cannot_be_made_of_another(made: Callable[..., Identities]) -> None:
    identities = made(ANN, OPS)
    key, name, since, proof = cookie_of(identities).split(".")
    ops = identities.by_token("ops token")
    assert ops is not None
    key_of_ops = identities.cookie(ops).split(".")[0]
    assert caller(identities.by_cookie(f"{key}.{name}.{since}.{proof}")) == Caller("ann", Role.USER)
    for forged in (
        f"{key}.other.{since}.{proof}",
        f"{key}.{name}.{since[:-1]}{'A' if since[-1] != 'A' else 'B'}.{proof}",
        f"{key_of_ops}.{name}.{since}.{proof}",
        f"{key}.{name}.{since}.",
        f"{key}.{name}.{since}",
        f"{key}.{name}.x.{proof}",
        "...",
        ".",
        "",
    ):
        assert identities.by_cookie(forged) is None, forged


def test_what_the_secret_has_signed_for_another_purpose_is_no_cookie(made: Callable[..., Identities]) -> None:
    identities, secret = made(ANN), b"secret"
    text = cookie_of(identities).rsplit(".", 2)[0]
    for salt in (b"cookie", b"token key", b"itsdangerous.Signer"):
        signer = TimestampSigner(secret, salt=salt, key_derivation="hmac", digest_method=hashlib.sha256)
        found = identities.by_cookie(signer.sign(text).decode())
        assert (found is not None) == (salt == b"cookie")
    untimed = Signer(secret, salt=b"cookie", key_derivation="hmac", digest_method=hashlib.sha256)
    assert identities.by_cookie(untimed.sign(text).decode()) is None


def test_a_cookie_ends_with_its_time(made: Callable[..., Identities], monkeypatch: pytest.MonkeyPatch) -> None:
    identities = made(ANN)
    cookie, now = cookie_of(identities), time.time()
    monkeypatch.setattr(time, "time", lambda: now + SIGNED_IN_S - 2)
    assert identities.by_cookie(cookie) is not None
    monkeypatch.setattr(time, "time", lambda: now + SIGNED_IN_S + 2)
    assert identities.by_cookie(cookie) is None


def test_a_clock_that_was_set_back_signs_nobody_out(
    made: Callable[..., Identities], monkeypatch: pytest.MonkeyPatch
) -> None:
    identities = made(ANN)
    cookie, now = cookie_of(identities), time.time()
    monkeypatch.setattr(time, "time", lambda: now - 60)
    assert identities.by_cookie(cookie) is not None


def test_a_cookie_of_a_clock_that_was_far_ahead_lets_nobody_in_for_longer(
    made: Callable[..., Identities], monkeypatch: pytest.MonkeyPatch
) -> None:
    identities, now = made(ANN), time.time()
    monkeypatch.setattr(time, "time", lambda: now + 400 * 86_400)
    cookie = cookie_of(identities)
    assert identities.by_cookie(cookie) is not None
    monkeypatch.setattr(time, "time", lambda: now)
    assert identities.by_cookie(cookie) is None


def test_a_clock_that_was_ahead_brings_no_sign_out_back(
    made: Callable[..., Identities], monkeypatch: pytest.MonkeyPatch
) -> None:
    identities, now = made(ANN), time.time()
    cookie, other = cookie_of(identities), cookie_of(identities)
    for value, at in ((cookie, now), (other, now + 400 * 86_400)):
        found = identities.by_cookie(value)
        assert found is not None
        monkeypatch.setattr(time, "time", lambda at=at: at)
        identities.sign_out(found)
    monkeypatch.setattr(time, "time", lambda: now)
    assert identities.by_cookie(cookie) is None


def test_only_as_many_sign_outs_are_kept_as_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revoked_sessions, "KEPT_TOO_OLD", 1)
    kept, now = RevokedSessions(tmp_path), int(time.time())
    kept.add("old", now - SIGNED_IN_S - 2)
    kept.add("less_old", now - SIGNED_IN_S - 1)
    kept.add("new", now)
    assert (tmp_path / SIGNED_OUT_NAME).read_text() == f"new {now}\nless_old {now - SIGNED_IN_S - 1}\n"
    assert "new" in RevokedSessions(tmp_path)
    assert "old" not in kept


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
    assert caller(identities.by_cookie(identities.cookie(bob))) == bob.caller
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
