"""Identities: by token, and by the cookie that a page gets in exchange for one. A cookie ends with the token it was
made for, with its time, or by signing out."""

import hmac
import time
from collections.abc import Mapping
from typing import NamedTuple

from bus.contract.vocabulary import Role
from bus.tokens import TokenBook, hash_token
from bus.wire.commands import Caller
from gateway.auth.cookies import Cookies
from gateway.auth.revoked_sessions import SIGNED_IN_S, RevokedSessions

LOCAL_USER = "local"
MAX_TOKEN_CHARS = 512

AHEAD_S = 86_400
"""A cookie from later than in a day was signed by a clock that was wrong: it would let in for longer than it may."""


class Identity(NamedTuple):
    """A caller, and the hash of the token it came with. `sign_in` and `since` (Unix seconds) are of a cookie."""

    caller: Caller
    token_hash: str
    sign_in: str = ""
    since: int = 0


class Identities:
    """The tokens of the book and the one made for this run. Tokens are compared in constant time."""

    def __init__(self, book: TokenBook, made_token: str, cookies: Cookies, revoked: RevokedSessions) -> None:
        self._book = book
        self._revoked = revoked
        self._cookies = cookies
        self._made = {hash_token(made_token): Caller(LOCAL_USER, Role.OPERATOR)} if made_token else {}
        self._seen: Mapping[str, Caller] | None = None
        self._by_hash: dict[str, Identity] = {}
        self._by_key: dict[str, Identity] = {}

    def __repr__(self) -> str:
        return f"<Identities of {len(self._known())} tokens>"

    def by_token(self, token: str) -> Identity | None:
        """The identity of a token; `None` for one that is not valid."""
        token_hash = hash_of(token)
        return _find(self._known(), token_hash) if token_hash else None

    def by_cookie(self, value: str) -> Identity | None:
        """The identity of a cookie's value; `None` for one that we have not signed, or that has ended."""
        signed = self._cookies.read(value)
        self._known()
        token = self._by_key.get(signed.key) if signed else None
        if signed is None or token is None:
            return None
        found = token._replace(sign_in=signed.sign_in, since=signed.since)
        return found if self.still_valid(found) else None

    def cookie(self, identity: Identity) -> str:
        """The value of a new cookie for a token."""
        return self._cookies.sign(self._cookies.key_of(identity.token_hash))

    def sign_out(self, identity: Identity) -> None:
        """End the sign-in that this cookie stands for; the token stays valid. Raises `OSError`."""
        if identity.sign_in:
            self._revoked.add(identity.sign_in, identity.since)

    def still_valid(self, identity: Identity) -> bool:
        """Whether the token has neither been revoked nor given to another user since, and of a cookie whether it has
        been signed out, or has become too old."""
        token = self._known().get(identity.token_hash)
        if token is None or token.caller != identity.caller:
            return False
        age_s = time.time() - identity.since
        current = not identity.sign_in or -AHEAD_S < age_s < SIGNED_IN_S
        return current and identity.sign_in not in self._revoked

    def _known(self) -> dict[str, Identity]:
        """By the tokens' hashes. A token that `deadstop token` makes or revokes counts from the next look on."""
        callers = self._book.callers()
        if callers is not self._seen:
            self._seen = callers
            self._by_hash = {digest: Identity(caller, digest) for digest, caller in {**callers, **self._made}.items()}
            self._by_key = {self._cookies.key_of(digest): found for digest, found in self._by_hash.items()}
        return self._by_hash


def hash_of(token: str) -> str:
    """The hash that names a token; empty for what no token can be."""
    if not 0 < len(token) <= MAX_TOKEN_CHARS:
        return ""
    try:
        return hash_token(token)
    except UnicodeEncodeError:  # bytes of a header that are not UTF-8
        return ""


def _find(known: Mapping[str, Identity], key: str) -> Identity | None:
    found, wanted = None, key.encode(errors="replace")
    for candidate, identity in known.items():
        if hmac.compare_digest(candidate.encode(), wanted):
            found = identity
    return found
