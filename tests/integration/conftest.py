"""A supervisor and a gateway over it for a whole file of tests. Both have the file's `SETTINGS`, or the zoo's."""

import secrets
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.gateways import RunningGateway, running_gateway
from tests.servers import Supervisor, running_supervisor
from tests.workers import zoo_settings


@pytest.fixture
def session() -> str:
    """A session's name of one test alone."""
    return f"s{secrets.token_hex(4)}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def supervisor(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> AsyncIterator[Supervisor]:
    async with running_supervisor(tmp_path_factory.mktemp("s"), _settings(request)) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(supervisor: Supervisor, request: pytest.FixtureRequest) -> AsyncIterator[RunningGateway]:
    async with running_gateway(supervisor.state_dir, _settings(request)) as running:
        yield running


def _settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    settings: dict[str, Any] = getattr(request.module, "SETTINGS", None) or zoo_settings()
    return settings
