"""The cookie that a page gets in exchange for a token: signed, checked and ended; and the secret of its signature.

Its value is `KEY.NAME.SINCE.PROOF`: KEY finds the token without telling it, NAME is a random name of this sign-in,
SINCE its time, PROOF a signature over all of them. So it is not the token, and it survives a restart of the gateway.
"""

import hashlib
import os
import secrets
import time
from pathlib import Path
from typing import NamedTuple

from itsdangerous import BadSignature, Signer, TimestampSigner

from bus.system.private_files import keep_private
from gateway.auth.revoked_sessions import SIGNED_IN_S, RevokedSessions

SECRET_NAME = "gateway.key"

AHEAD_S = 86_400
"""A cookie from later than in a day was signed by a clock that was wrong: it would let in for longer than it may."""


class Signed(NamedTuple):
    """What a cookie says: the key of its token, the name of the sign-in, its time in Unix seconds."""

    key: str
    sign_in: str
    since: int


class Cookies:
    """Signs cookies with this secret, and says which are valid. Whether the token behind one still is, `Identities`
    says."""

    def __init__(self, secret: bytes, revoked: RevokedSessions) -> None:
        self._revoked = revoked
        self._cookies = TimestampSigner(secret, salt=b"cookie", key_derivation="hmac", digest_method=hashlib.sha256)
        self._keys = Signer(secret, salt=b"token key", key_derivation="hmac", digest_method=hashlib.sha256)

    def sign(self, key: str) -> str:
        """The value of a new cookie, of a sign-in that begins now, for the token of this key."""
        return self._cookies.sign(f"{key}.{secrets.token_urlsafe(12)}").decode()

    def read(self, value: str) -> Signed | None:
        """What a cookie's value says; `None` for one that we have not signed, or that has ended."""
        signed = self._unsigned(value)
        return signed if signed and self.still_valid(signed.sign_in, signed.since) else None

    def still_valid(self, sign_in: str, since: int) -> bool:
        """Whether the cookie of this sign-in (`since` in Unix seconds) is neither too old nor signed out."""
        return -AHEAD_S < time.time() - since < SIGNED_IN_S and sign_in not in self._revoked

    def end(self, sign_in: str, since: int) -> None:
        """Sign out: the cookie of this sign-in is valid no more. Raises `OSError`."""
        self._revoked.add(sign_in, since)

    def key_of(self, token_hash: str) -> str:
        """What finds a token in a cookie without telling its hash."""
        return self._keys.get_signature(token_hash).decode()

    def _unsigned(self, value: str) -> Signed | None:
        if not value.isascii():
            return None
        try:
            text, signed_at = self._cookies.unsign(value, return_timestamp=True)
        except BadSignature:
            return None
        key, _, name = text.decode().partition(".")
        return Signed(key, name, int(signed_at.timestamp()))


def read_secret(state_dir: Path) -> bytes:
    """The secret of this state folder, made at the first call; for its owner only. Raises `NotPrivate`, `OSError`."""
    path = state_dir / SECRET_NAME
    keep_private(path)
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
