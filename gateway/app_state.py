"""What every handler of one gateway shares."""

import asyncio
import contextlib
import os
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

import msgspec
from aiohttp import web

from bus.client import BusClient
from bus.contract.settings import Settings
from bus.wire.commands import Caller
from gateway.auth.anonymous_limits import AnonymousLimits
from gateway.auth.sessions import Identities, Identity
from gateway.auth.token_check import SignIn
from gateway.connections import LiveConnection
from gateway.http_protocol import HttpConnection
from gateway.wire.batch_frames import FrameCache
from gateway.wire.errors import ApiError

OFFLINE = "offline"
SLOW_REQUEST_S = 5.0
"""What a stranger gets for sending a request, beside the time to sign in."""


class Gateway:
    """Settings, the bus, who may come in, and what is open. Nothing in it is lost with it."""

    def __init__(self, settings: Settings, client: BusClient, identities: Identities, port: int) -> None:
        self.settings = settings
        self.client = client
        self.sign_in = SignIn(identities, settings.gateway.max_failed_sign_ins_per_min)
        self.door: AnonymousLimits[HttpConnection] = AnonymousLimits(
            settings.gateway.max_strangers_per_address,
            settings.gateway.max_connections,
            settings.gateway.sign_in_timeout_s + SLOW_REQUEST_S,
        )
        self.cookie_name = f"deadstop_{port}"
        self.frames = FrameCache()
        self.connections: set[LiveConnection] = set()
        self.streams = 0
        self._open: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self.leaving = False
        """Whether each answer is its connection's last."""
        self.handing_over = False
        """Whether another gateway serves in our place."""
        self.closing = asyncio.Event()
        self.llm = llm_name(settings)
        self.server_version = server_version()

    @property
    def identities(self) -> Identities:
        return self.sign_in.identities

    @contextlib.contextmanager
    def admitted(self, address: str) -> Iterator[None]:
        """While a WebSocket or event stream is open. Raises `ApiError` when as many are as may be, in all or there."""
        limits = self.settings.gateway
        for open_now, limit, where in (
            (self._open.total(), limits.max_connections, ""),
            (self._open[address], limits.max_connections_per_address, f" from {address}"),
        ):
            if open_now >= limit:
                text = f"{open_now} connections{where} are open, the limit is {limit}"
                raise ApiError("too_many_connections", text, "close one, or try later")
        self._open[address] += 1
        try:
            yield
        finally:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]


GATEWAY: web.AppKey[Gateway] = web.AppKey("gateway", Gateway)
CALLER: web.RequestKey[Caller] = web.RequestKey("caller", Caller)
IDENTITY: web.RequestKey[Identity] = web.RequestKey("identity", Identity)


def llm_name(settings: Settings) -> str:
    """The model that answers, or `offline` when there is neither a key nor a server of one's own."""
    reachable = settings.llm.base_url or os.environ.get(settings.llm.api_key_env)
    return settings.llm.model if reachable else OFFLINE


def server_version() -> str:
    try:
        return version("deadstop")
    except PackageNotFoundError:
        return "0"


def json_response(value: object, status: int = 200) -> web.Response:
    """Any struct or plain value as a JSON answer."""
    return web.Response(body=msgspec.json.encode(value), status=status, content_type="application/json")
