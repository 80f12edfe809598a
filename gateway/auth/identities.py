"""Who has which token or cookie: the tokens that are known, and the cookies that pages got in exchange for one. How a
token is taken in is in `token_attempts.py`, how a cookie is checked in `cookies.py`."""

import hmac
from collections.abc import Mapping
from typing import NamedTuple

from bus.contract.vocabulary import Role
from bus.tokens import TokenBook, hash_token
from bus.wire.commands import Caller
from gateway.auth.cookies import Cookies

LOCAL_USER = "local"
MAX_TOKEN_CHARS = 512


class Identity(NamedTuple):
    """A caller, and the hash of the token it came with. `sign_in` and `since` (Unix seconds) are of a cookie."""

    caller: Caller
    token_hash: str
    sign_in: str = ""
    since: int = 0


class Identities:
    """The tokens of the book and the one made for this run. Tokens are compared in constant time."""

    def __init__(self, book: TokenBook, made_token: str, cookies: Cookies) -> None:
        self._book = book
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
        """The identity of a cookie's value; `None` for a cookie that is not valid, or whose token is not any more."""
        signed = self._cookies.read(value)
        self._known()
        token = self._by_key.get(signed.key) if signed else None
        return token._replace(sign_in=signed.sign_in, since=signed.since) if signed and token else None

    def cookie(self, identity: Identity) -> str:
        """The value of a new cookie for a token."""
        return self._cookies.sign(self._cookies.key_of(identity.token_hash))

    def sign_out(self, identity: Identity) -> None:
        """End the sign-in that this cookie stands for; the token stays valid. Raises `OSError`."""
        if identity.sign_in:
            self._cookies.end(identity.sign_in, identity.since)

    def still_valid(self, identity: Identity) -> bool:
        """Whether the token has neither been revoked nor given to another user since, and of a cookie whether it has
        been signed out, or has become too old."""
        token = self._known().get(identity.token_hash)
        if token is None or token.caller != identity.caller:
            return False
        return not identity.sign_in or self._cookies.still_valid(identity.sign_in, identity.since)

    def _known(self) -> dict[str, Identity]:
        """Identities by the hash of their token. A token that `deadstop token` makes or revokes counts from the next
        look on."""
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
