"""The state of a gateway that its handlers share: settings, the bus, limits, and what is open."""

import asyncio
import os
import socket
from collections import Counter
from importlib.metadata import PackageNotFoundError, version
from ipaddress import ip_address

import msgspec
from aiohttp import web

from bus.client import BusClient
from bus.contract.models import has_model, models_of, price_of
from bus.contract.settings import Settings
from bus.values.visible import visible_json
from bus.wire.commands import Caller
from gateway.auth.anonymous_limits import AnonymousLimits
from gateway.auth.connection_limits import ConnectionLimits
from gateway.auth.identities import Identities, Identity
from gateway.auth.rate_limit import AddressRateLimiter, Rate
from gateway.auth.token_attempts import TokenAttempts
from gateway.connections import LiveConnection
from gateway.http_connection import HttpConnection
from gateway.wire.stream_frames import FrameCache

OFFLINE = "offline"
SLOW_REQUEST_S = 5.0
"""How long an unauthenticated connection may take to send a request, added to the time to sign in."""

AUDITED_REFUSALS = Rate(burst=30, every_s=2.0, most_owed_s=60.0)
"""How many refusals of one address are written to the audit log, so that nobody can fill the disk; those beyond are
refused without being written down."""


class ShutdownState:
    """How far the gateway's end has come."""

    def __init__(self) -> None:
        self.finishing = False
        """Whether each answer is its connection's last."""
        self.replaced = False
        """Whether another gateway serves in our place."""
        self.now = asyncio.Event()
        """Set when what is still open is closed."""

    def __repr__(self) -> str:
        return f"<ShutdownState finishing={self.finishing} replaced={self.replaced} now={self.now.is_set()}>"

    def begin(self, *, replaced: bool) -> None:
        """Begin to shut down, and finish what is under way."""
        self.finishing, self.replaced = True, replaced


class Gateway:
    """Settings, the bus, what limits clients, and what is open. Nothing in it is lost with it. `address` is the one it
    listens on: an IP address and a port."""

    def __init__(self, settings: Settings, client: BusClient, identities: Identities, address: tuple[str, int]) -> None:
        limits = settings.gateway
        self.settings = settings
        self.client = client
        self.identities = identities
        self.token_attempts = TokenAttempts(identities, limits.max_failed_sign_ins_per_min)
        self.anonymous: AnonymousLimits[HttpConnection] = AnonymousLimits(
            limits.max_unauthenticated_per_address, limits.max_connections, limits.sign_in_timeout_s + SLOW_REQUEST_S
        )
        self.audited = AddressRateLimiter(AUDITED_REFUSALS)
        self.connection_limits = ConnectionLimits(limits.max_connections, limits.max_connections_per_address)
        self.on_loopback = ip_address(address[0]).is_loopback
        self.names = (limits.host, socket.gethostname(), *limits.allowed_hosts)
        """Host names that requests may give, beside the address."""
        self.cookie_name = f"deadstop_{address[1]}"
        self.frames = FrameCache()
        self.connections: set[LiveConnection] = set()
        self.uploading: set[str] = set()
        """Users who are uploading a file now."""
        self.counts: Counter[str] = Counter()
        self.shutdown = ShutdownState()
        self.llm = llm_name(settings)
        self.models = [] if self.llm == OFFLINE else models_of(settings.llm)
        self.prices = {name: price for name in self.models if (price := price_of(settings.llm, name)) is not None}
        self.server_version = server_version()


GATEWAY: web.AppKey[Gateway] = web.AppKey("gateway", Gateway)
CALLER: web.RequestKey[Caller] = web.RequestKey("caller", Caller)
IDENTITY: web.RequestKey[Identity] = web.RequestKey("identity", Identity)


def llm_name(settings: Settings) -> str:
    """The model that answers, or `offline` when there is neither a key nor a server of one's own."""
    return settings.llm.model if has_model(settings.llm, os.environ) else OFFLINE


def server_version() -> str:
    try:
        return version("deadstop")
    except PackageNotFoundError:
        return "0"


def json_response(value: object, status: int = 200) -> web.Response:
    """Any struct or plain value as a JSON answer."""
    return web.Response(body=visible_json(msgspec.json.encode(value)), status=status, content_type="application/json")
