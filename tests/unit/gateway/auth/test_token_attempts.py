"""Guessing is slowed down by address, and locks out no token that was good from there before."""

import hashlib
import logging
from pathlib import Path

import pytest

from bus.contract.settings import TokenEntry
from bus.tokens import TokenBook
from gateway.auth.cookies import Cookies
from gateway.auth.identities import Identities
from gateway.auth.revoked_sessions import RevokedSessions
from gateway.auth.token_attempts import TokenAttempts
from gateway.wire.errors import ApiError

HOME, ELSEWHERE = "10.0.0.1", "10.0.0.2"


def entry(token: str, user: str) -> TokenEntry:
    return TokenEntry(hashlib.sha256(token.encode()).hexdigest(), user, "user")


@pytest.fixture
def token_attempts(tmp_path: Path) -> TokenAttempts:
    """Two wrong tokens a minute, for each address."""
    book = TokenBook([entry("ann's", "ann"), entry("bob's", "bob")], tmp_path)
    return TokenAttempts(Identities(book, "", Cookies(b"secret", RevokedSessions(tmp_path))), attempts_per_min=2)


def guess(token_attempts: TokenAttempts, times: int) -> None:
    for number in range(times):
        assert token_attempts.by_token(f"wrong {number}", HOME, "token") is None


def test_after_too_many_wrong_tokens_an_address_is_not_listened_to(token_attempts: TokenAttempts) -> None:
    guess(token_attempts, 2)
    with pytest.raises(ApiError, match=r"too many wrong tokens from 10\.0\.0\.1") as caught:
        token_attempts.by_token("bob's", HOME, "token")
    assert caught.value.body.code == "too_many_attempts"
    assert 0 < caught.value.retry_after_s <= 30
    assert token_attempts.failures == 2


def test_another_address_still_is(token_attempts: TokenAttempts) -> None:
    guess(token_attempts, 2)
    found = token_attempts.by_token("bob's", ELSEWHERE, "token")
    assert found is not None
    assert found.caller.user == "bob"


def test_a_token_that_was_good_from_there_before_still_is(token_attempts: TokenAttempts) -> None:
    assert token_attempts.by_token("ann's", HOME, "token") is not None
    guess(token_attempts, 2)
    assert token_attempts.by_token("ann's", HOME, "token") is not None


def test_a_connection_stays_with_its_user(token_attempts: TokenAttempts) -> None:
    ann = token_attempts.by_token("ann's", HOME, "websocket")
    assert token_attempts.by_token("ann's", HOME, "websocket", ann) == ann
    with pytest.raises(ApiError, match="signed in as somebody else") as caught:
        token_attempts.by_token("bob's", HOME, "websocket", ann)
    assert caught.value.body.code == "unauthorized"


def test_the_audit_log_names_users_and_addresses_and_no_token(
    token_attempts: TokenAttempts, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "gateway.audit"):
        token_attempts.by_token("ann's", HOME, "form")
        token_attempts.by_token("guessed", HOME, "form")
    assert caplog.messages == [
        "ann (user) signed in by form from 10.0.0.1",
        "10.0.0.1 was not let in by form: unauthorized",
    ]
