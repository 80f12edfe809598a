"""A server anywhere while it drains."""

import contextlib
from collections.abc import AsyncIterator

from bus.transport.sockets import BusError
from bus.wire.replies import UNAVAILABLE, Stats
from ops.client.access import Declined
from ops.client.over_http import RemoteJobs
from ops.errors import OpsError
from ops.target import Target

TRIES = 3
"""Requests in a row that stay unanswered before the server counts as ended: a single one may be a lost connection."""


class RemoteServer:
    """Reached through a gateway. It has ended when requests stay unanswered, or a proxy says so in its place."""

    def __init__(self, jobs: RemoteJobs) -> None:
        self._jobs = jobs
        self._unanswered = 0

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, target: Target) -> AsyncIterator["RemoteServer"]:
        jobs = RemoteJobs(*target.address(), patience_s=0)  # what stays unanswered is counted here
        try:
            yield cls(jobs)
        finally:
            await jobs.close()

    async def drain(self) -> None:
        await self._jobs.drain()

    async def serves(self) -> bool:
        return self._unanswered < TRIES

    async def figures(self) -> Stats:
        try:
            figures = await self._jobs.figures()
        except OpsError as error:
            if isinstance(error, Declined) and error.code == UNAVAILABLE:  # a gateway without its supervisor
                raise BusError(str(error)) from error
            if isinstance(error, Declined) and not error.code.startswith("http_5"):
                raise
            self._unanswered += 1
            raise BusError(str(error)) from error
        self._unanswered = 0
        return figures

    async def gone(self) -> None:
        """Returns at once: it has ended when requests stay unanswered."""
