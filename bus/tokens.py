"""Access tokens: those of the settings, and those that `deadstop token` has made, in `tokens.json`.

Only the SHA-256 of a token is kept, without salt and without a slow hash: those defend secrets that people choose
and others guess. A token of ours is 256 random bits, which nobody guesses at any speed, and each request is checked.
"""

import contextlib
import fcntl
import hashlib
import logging
import os
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from bus.contract.settings import Settings, TokenEntry
from bus.contract.vocabulary import Role, is_reserved
from bus.system.private_files import NotPrivate, keep_private, private_folder
from bus.wire.commands import Caller

log = logging.getLogger(__name__)

TOKENS_NAME = "tokens.json"
LOCK_NAME = "tokens.lock"
TOKEN_BYTES = 32
NAME_PATTERN = re.compile(r"[A-Za-z0-9_.@-]{1,64}")


class TokensError(Exception):
    """The tokens cannot be read or changed like this; the text is one line for people."""


class StoredToken(msgspec.Struct, frozen=True):
    """A token that was made, by its hash. `created_at` is Unix seconds."""

    name: str
    sha256: str
    user: str
    role: Role
    created_at: float


class _TokenFile(msgspec.Struct, frozen=True):
    tokens: list[StoredToken] = []


class TokenBook:
    """Every token that is valid now. Notices by itself when `tokens.json` has changed."""

    def __init__(self, configured: list[TokenEntry], state_dir: Path) -> None:
        self._configured = {entry.sha256: Caller(entry.user, Role(entry.role)) for entry in configured}
        self._state_dir = state_dir
        self._seen: tuple[int, int, int] | None = None
        self._callers: Mapping[str, Caller] = self._configured

    def __repr__(self) -> str:
        return f"<TokenBook of {len(self._callers)} tokens>"

    def callers(self) -> Mapping[str, Caller]:
        """The caller of each token, by its hash: the same object again as long as nothing has changed."""
        mark = _mark(self._state_dir / TOKENS_NAME)
        if mark != self._seen:
            self._seen = mark
            self._callers = {**self._stored(), **self._configured}
        return self._callers

    def _stored(self) -> dict[str, Caller]:
        try:
            stored = read_tokens(self._state_dir)
        except TokensError as error:  # who was revoked cannot be known, so nobody of the file comes in
            log.error("%s; its tokens are not valid until then", error, extra={"action": "tokens"})
            return {}
        for token in stored:
            if is_reserved(token.user):
                text = "token `%s` is not valid: its user %r is a name of Deadstop's own; revoke it, and make another"
                log.error(text, token.name, token.user, extra={"action": "tokens"})
        return {token.sha256: Caller(token.user, token.role) for token in stored if not is_reserved(token.user)}


def load(settings: Settings, state_dir: Path) -> TokenBook:
    """The tokens of the settings and of this state folder."""
    return TokenBook(settings.auth.tokens, state_dir)


def hash_token(token: str) -> str:
    """What is kept of a token: its SHA-256 in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def read_tokens(state_dir: Path) -> list[StoredToken]:
    """The tokens that were made for this state folder, oldest first. Raises `TokensError`."""
    path = state_dir / TOKENS_NAME
    try:
        keep_private(path)
        return msgspec.json.decode(path.read_bytes(), type=_TokenFile).tokens
    except FileNotFoundError:
        return []
    except NotPrivate as error:
        raise TokensError(str(error)) from error
    except (OSError, msgspec.DecodeError) as error:
        raise TokensError(
            f"{path} cannot be read ({error}); correct it, or move it away and make new tokens"
        ) from error


def create_token(state_dir: Path, name: str, user: str, role: Role) -> str:
    """Make a token and keep its hash; its text exists only in what is returned. Raises `TokensError`."""
    for what, text in (("name", name), ("user", user)):
        if not NAME_PATTERN.fullmatch(text):
            raise TokensError(f"{what} {text!r}: use 1 to 64 of A-Z a-z 0-9 _ . @ -")
    if is_reserved(user):
        raise TokensError(f"user {user!r} is a name of Deadstop's own; choose another with --user")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with _changing(state_dir) as tokens:
        if any(known.name == name for known in tokens):
            raise TokensError(f"there is a token `{name}` already; revoke it first, or choose another name")
        spelled = sorted({known.user for known in tokens if known.user.lower() == user.lower()})
        if spelled and user not in spelled:
            text = f"there is a user {spelled[0]!r} already, and {user!r} would be another, with a budget of its own"
            raise TokensError(f"{text}; write it the same")
        tokens.append(StoredToken(name, hash_token(token), user, role, time.time()))
    return token


def revoke_token(state_dir: Path, name: str) -> StoredToken:
    """Forget a token: it is accepted no longer. Raises `TokensError` when there is none of this name."""
    with _changing(state_dir) as tokens:
        found = next((token for token in tokens if token.name == name), None)
        if found is None:
            raise TokensError(f"there is no token `{name}`; `deadstop token list` names them")
        tokens.remove(found)
    return found


@contextlib.contextmanager
def _changing(state_dir: Path) -> Iterator[list[StoredToken]]:
    """The tokens, written back afterwards; one at a time, so that no change undoes another."""
    try:
        private_folder(state_dir)
        with (state_dir / LOCK_NAME).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            tokens = read_tokens(state_dir)
            yield tokens
            _write(state_dir / TOKENS_NAME, tokens)
    except NotPrivate as error:
        raise TokensError(str(error)) from error
    except OSError as error:
        raise TokensError(f"{state_dir / TOKENS_NAME} cannot be written ({error.strerror})") from error


def _write(path: Path, tokens: list[StoredToken]) -> None:
    """Whole or not at all, readable by its owner only, and on the disk: a revoked token must not come back."""
    temporary = path.with_suffix(".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(_TokenFile(tokens)), indent=2) + b"\n")
        file.flush()
        os.fsync(descriptor)
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _mark(path: Path) -> tuple[int, int, int] | None:
    """What differs when the file has been written anew."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
