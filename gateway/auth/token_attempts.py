"""A token that is shown: whether it is valid, and how often an address may guess before it is slowed down. Writes to
the audit log."""

import time
from collections import OrderedDict

from bus.wire.replies import Refused
from gateway.auth import audit
from gateway.auth.identities import Identities, Identity, hash_of
from gateway.auth.rate_limit import AddressRateLimiter, Rate
from gateway.wire.errors import ApiError

MAX_FAMILIAR = 10_000

WRONG_TOKEN = "that token is not valid"
WRONG_TOKEN_HINT = "`deadstop token create` makes one"


class TokenAttempts:
    """An address that has guessed too often is not listened to for a while, except for tokens that were good from
    there before: guessing must not lock out others behind the same address (on loopback: all)."""

    def __init__(self, identities: Identities, attempts_per_min: int) -> None:
        self._identities = identities
        self.failures = 0
        self._attempts = AddressRateLimiter(Rate(attempts_per_min, 60.0 / attempts_per_min, most_owed_s=60.0))
        self._familiar: OrderedDict[tuple[str, str], None] = OrderedDict()

    def by_token(self, token: str, address: str, how: str, already: Identity | None = None) -> Identity | None:
        """The identity of a token, `None` for one that is not valid. Raises `ApiError`: `too_many_attempts` where it is
        not looked at, `unauthorized` where it belongs to another user than the one that has signed in `already`."""
        key, now = (address, hash_of(token)), time.monotonic()
        wait_s = 0.0 if key in self._familiar else self._attempts.wait_s(address, now)
        if wait_s:
            raise ApiError(
                "too_many_attempts",
                f"too many wrong tokens from {address}",
                f"try again in {wait_s:.0f} s",
                retry_after_s=wait_s,
            )
        found = self._identities.by_token(token)
        if found is None:
            self._familiar.pop(key, None)
            self._failed(address, how, now)
        elif already is not None and already.caller != found.caller:
            refusal = Refused("unauthorized", "this connection is signed in as somebody else; open another one")
            audit.refused(already.caller, f"sign in as {found.caller.user} by {how}", refusal)
            raise ApiError(refusal.code, refusal.error)
        elif key not in self._familiar or how != "token":
            self._remember(key)
            audit.signed_in(found, how, address)
        return found

    def _failed(self, address: str, how: str, now: float) -> None:
        self.failures += 1
        self._attempts.take(address, now)
        audit.not_let_in("unauthorized", how, address)
        if self._attempts.wait_s(address, now):
            audit.not_let_in("too_many_attempts", how, address)

    def _remember(self, key: tuple[str, str]) -> None:
        self._familiar[key] = None
        self._familiar.move_to_end(key)
        if len(self._familiar) > MAX_FAMILIAR:
            self._familiar.popitem(last=False)


def wrong_token() -> ApiError:
    """The refusal of a request whose token is not valid (401)."""
    return ApiError("unauthorized", WRONG_TOKEN, WRONG_TOKEN_HINT)
