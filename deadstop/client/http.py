"""Requests to a gateway, and streams that go on over any cut. Every request here is safe to repeat."""

import asyncio
import os
import ssl
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import aiohttp
import msgspec

from bus.wire.outside import ENDINGS
from deadstop.client.errors import ClientError, Declined, Unreachable, declined

WireObject = dict[str, Any]
"""An object of the outside wire: `{"event": NAME, "data": {...}}`."""

CONNECT_TIMEOUT_S = 10.0
SILENCE_TIMEOUT_S = 45.0
"""A gateway says something at least every 15 s on a stream, and answers a stop after 30 s at the latest."""

PATIENCE_S = 20.0
FIRST_WAIT_S = 0.2
MAX_WAIT_S = 3.0

_NO_ADDRESS = (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError)

_PASSING = frozenset({"unavailable", "http_502", "http_503", "http_504"})
"""What a gateway without a supervisor, or a proxy without a gateway, says for a while."""

_DATA = b"data: "


class Http:
    """One server's HTTP side; made in a running loop. `url` is its address (the token may stand in it, as `serve`
    prints it). `patience_s`: how long a server that was reached may be away, before `Unreachable` is raised."""

    def __init__(self, url: str, token: str = "", patience_s: float = PATIENCE_S) -> None:
        self.base, token = address_of(url, token)
        self._patience_s = patience_s
        self._was_reached = False
        self._session = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=aiohttp.ClientTimeout(sock_connect=CONNECT_TIMEOUT_S, sock_read=SILENCE_TIMEOUT_S),
        )

    def __repr__(self) -> str:
        return f"<Http {self.base}>"

    async def close(self) -> None:
        await self._session.close()

    async def json(self, method: str, path: str, **arguments: Any) -> Any:
        """What a request is answered with; over a cut it is sent again. Raises `Declined`, `Unreachable`."""
        body = await self.read(method, path, **arguments)
        try:
            return msgspec.json.decode(body) if body else None
        except msgspec.DecodeError as error:
            raise Unreachable(f"{self.base} does not answer like Deadstop; is the address right?") from error

    async def read(self, method: str, path: str, **arguments: Any) -> bytes:
        """As `json`, the bytes of it."""

        async def once() -> bytes:
            async with self._request(method, path, **arguments) as response:
                return await response.read()

        patience = _Patience(self._patience_s)
        while True:
            try:
                return await once()
            except (aiohttp.ClientError, TimeoutError, Declined) as error:
                await self._bear(error, patience)

    async def follow(self, job_id: str, after: int = 0) -> AsyncGenerator[WireObject, None]:
        """The job's events from number `after + 1` to its end, each once, whatever cuts the connection meanwhile."""
        async with aclosing(self.batches(job_id, after)) as batches:
            async for items in batches:
                for item in items:
                    yield item

    async def batches(self, job_id: str, after: int = 0) -> AsyncGenerator[list[WireObject], None]:
        """As `follow`, those together that have come together."""
        patience = _Patience(self._patience_s)
        while True:
            error: Exception = aiohttp.ServerDisconnectedError("the stream has no end")
            try:
                async with aclosing(self._batches(job_id, after)) as batches:
                    async for items in batches:
                        after, patience = items[-1]["data"]["seq"], _Patience(self._patience_s)
                        yield items
                        if items[-1]["event"] in ENDINGS:
                            return
            except _NothingMore:
                return
            except (aiohttp.ClientError, TimeoutError, Declined) as broken:
                error = broken
            await self._bear(error, patience)

    async def _batches(self, job_id: str, after: int) -> AsyncGenerator[list[WireObject], None]:
        headers = {"Last-Event-ID": str(after)}
        async with self._request("GET", job_path(job_id) + "/events", headers=headers) as response:
            if response.status == 204:
                raise _NothingMore
            lines = _Lines()
            async for piece in response.content.iter_any():
                items = [
                    msgspec.json.decode(line[len(_DATA) :]) for line in lines.take(piece) if line.startswith(_DATA)
                ]
                if [item["data"]["seq"] for item in items] != list(range(after + 1, after + 1 + len(items))):
                    raise aiohttp.ClientPayloadError(f"events are missing after number {after}")
                if items:
                    after += len(items)
                    yield items

    @asynccontextmanager
    async def _request(self, method: str, path: str, **arguments: Any) -> AsyncIterator[aiohttp.ClientResponse]:
        """An answer that is not an error. Raises `Declined` for one that is."""
        async with self._session.request(method, self.base + path, **arguments) as response:
            self._was_reached = True
            if response.status >= 400:
                raise declined(response.status, await response.read())
            yield response

    async def _bear(self, error: Exception, patience: "_Patience") -> None:
        """Wait before the next try; raises where there shall be none."""
        if isinstance(error, Declined):
            if error.code not in _PASSING or not await patience.wait():
                raise error
            return
        # Where nobody has ever answered, the address is wrong or nothing serves there.
        nobody = isinstance(error, aiohttp.ClientConnectorError) and not self._was_reached
        if nobody or isinstance(error, _NO_ADDRESS) or not await patience.wait():
            raise Unreachable(f"{self.base} cannot be reached ({_why(error)}); does it serve there?") from error


class _NothingMore(ClientError):
    """The job has ended, and we have its last event."""


class _Lines:
    """Whole lines out of pieces; a line that was cut off never comes."""

    def __init__(self) -> None:
        self._open: list[bytes] = []

    def take(self, piece: bytes) -> list[bytes]:
        """The lines that this piece ends, without their ends."""
        head, end, tail = piece.rpartition(b"\n")
        if not end:
            self._open.append(tail)
            return []
        whole = b"".join([*self._open, head])
        self._open = [tail]
        return whole.split(b"\n")


class _Patience:
    """Growing pauses, for so long in all."""

    def __init__(self, patience_s: float) -> None:
        self._until = time.monotonic() + patience_s
        self._wait_s = FIRST_WAIT_S

    async def wait(self) -> bool:
        """Returns whether to try again, after a pause."""
        if time.monotonic() + self._wait_s > self._until:
            return False
        await asyncio.sleep(self._wait_s)
        self._wait_s = min(MAX_WAIT_S, 2 * self._wait_s)
        return True


def address_of(url: str, token: str = "") -> tuple[str, str]:
    """A server's address without what follows it, and the token, which may stand in the address."""
    parts = urlsplit(url if "//" in url else f"http://{url}")
    inside = parse_qs(parts.query).get("token", [""])[0]
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}", token or inside


def job_path(job_id: str) -> str:
    return f"/api/jobs/{quote(job_id, safe='')}"


def _why(error: Exception) -> str:
    """The system's own words where there are any: those of the HTTP client tell of its options too."""
    if isinstance(error, _NO_ADDRESS):
        return "an address begins with http:// or https://"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        cause = error.certificate_error
        return f"its certificate is not trusted: {getattr(cause, 'verify_message', '') or cause}"
    if isinstance(error, aiohttp.ClientConnectorError):
        return _system_words(error.os_error)
    return str(error) or type(error).__name__


def _system_words(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):  # its number is not the system's
        return "it does not answer in TLS; is its address http://?"
    number = error.errno or 0
    # A name that is not known has a number of another kind.
    return os.strerror(number) if number > 0 else str(error.strerror or error)
