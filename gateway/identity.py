"""Who somebody is: tokens, and the cookie a page gets in exchange for one. Pure but for the secret's file.

A cookie is `HMAC(secret of the state folder, SHA-256 of the token)`: it is not the token, it survives a restart of
the gateway, and it ends with the token it was made for. Nothing about it has to be kept.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from bus.commands import Caller
from bus.settings import TokenEntry
from bus.vocabulary import Role

SECRET_NAME = "gateway.key"
LOCAL_USER = "local"
MAX_TOKEN_CHARS = 512


class Identities:
    """The configured tokens and the one made for this run. Every comparison takes constant time."""

    def __init__(self, tokens: list[TokenEntry], made_token: str, secret: bytes) -> None:
        self._secret = secret
        self._by_hash = {entry.sha256: Caller(entry.user, Role(entry.role)) for entry in tokens}
        if made_token:
            self._by_hash[_hash(made_token)] = Caller(LOCAL_USER, Role.OPERATOR)
        self._by_cookie = {self._cookie_of(digest): caller for digest, caller in self._by_hash.items()}

    def __repr__(self) -> str:
        return f"<Identities of {len(self._by_hash)} tokens>"

    def by_token(self, token: str) -> Caller | None:
        """Whom a token stands for; `None` for one that is not valid."""
        return _find(self._by_hash, _hash(token)) if 0 < len(token) <= MAX_TOKEN_CHARS else None

    def by_cookie(self, value: str) -> Caller | None:
        """Whom a cookie's value stands for."""
        return _find(self._by_cookie, value)

    def cookie(self, token: str) -> str:
        """The cookie's value for a token."""
        return self._cookie_of(_hash(token))

    def _cookie_of(self, token_hash: str) -> str:
        return hmac.new(self._secret, token_hash.encode(), hashlib.sha256).hexdigest()


def read_secret(state_dir: Path) -> bytes:
    """The secret of this state folder, made at the first call; readable by its owner only."""
    path = state_dir / SECRET_NAME
    if not path.exists():
        temporary = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
        try:
            os.link(temporary, path)  # whole or not at all: two gateways may start at once
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return path.read_bytes()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _find(callers: dict[str, Caller], key: str) -> Caller | None:
    found = None
    for known, caller in callers.items():
        if hmac.compare_digest(known.encode(), key.encode()):
            found = caller
    return found
