"""The cookie that a page gets in exchange for a token: signed, read, and its secret.

Its value is `KEY.NAME.SINCE.PROOF`: KEY finds the token without telling it, NAME is a random name of this sign-in,
SINCE its time, PROOF a signature over all of them. So it is not the token, and it survives a restart of the gateway.
"""

import hashlib
import os
import secrets
from pathlib import Path
from typing import NamedTuple

from itsdangerous import BadSignature, Signer, TimestampSigner

from bus.system.private_files import keep_private

SECRET_NAME = "gateway.key"


class Signed(NamedTuple):
    """What a cookie says: the key of its token, the name of the sign-in, its time in Unix seconds."""

    key: str
    sign_in: str
    since: int


class Cookies:
    """Signs and reads cookies with this secret; whether what they name is still valid, others say."""

    def __init__(self, secret: bytes) -> None:
        self._cookies = TimestampSigner(secret, salt=b"cookie", key_derivation="hmac", digest_method=hashlib.sha256)
        self._keys = Signer(secret, salt=b"token key", key_derivation="hmac", digest_method=hashlib.sha256)

    def sign(self, key: str) -> str:
        """The value of a new cookie, of a sign-in that begins now, for the token of this key."""
        return self._cookies.sign(f"{key}.{secrets.token_urlsafe(12)}").decode()

    def read(self, value: str) -> Signed | None:
        """What a cookie's value says; `None` for one that we have not signed."""
        if not value.isascii():
            return None
        try:
            text, signed_at = self._cookies.unsign(value, return_timestamp=True)
        except BadSignature:
            return None
        key, _, name = text.decode().partition(".")
        return Signed(key, name, int(signed_at.timestamp()))

    def key_of(self, token_hash: str) -> str:
        """What finds a token in a cookie without telling its hash."""
        return self._keys.get_signature(token_hash).decode()


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
