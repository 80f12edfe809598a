"""A supervisor and a gateway over it for a whole file of tests. Both have the file's `SETTINGS`, or the zoo's."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio

from bus.contract.vocabulary import Proof, Rung
from tests.harness.gateways import RunningGateway, running_gateway
from tests.harness.jobs.graces import ENDING_ON, SupervisorFor
from tests.harness.servers import Supervisor, running_supervisor
from tests.harness.zoo import zoo_settings


@pytest.fixture
def session() -> str:
    """A session's name of one test alone."""
    return f"s{secrets.token_hex(4)}"


@pytest.fixture(scope="module")
def containment() -> Proof | None:
    """What holds workers: whatever stands here. A folder of tests may try each form."""
    return None


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def supervisor(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest, containment: Proof | None
) -> AsyncIterator[Supervisor]:
    async with running_supervisor(tmp_path_factory.mktemp("s"), _settings(request)) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def supervisor_for(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest, containment: Proof | None
) -> AsyncIterator[SupervisorFor]:
    """Gives the supervisor for workers that end on a rung, for the whole file; started when one is first wanted."""
    running: dict[Rung, Supervisor] = {}
    async with AsyncExitStack() as stack:

        async def get(rung: Rung) -> Supervisor:
            if rung not in running:
                settings = {**_settings(request), **ENDING_ON[rung]}
                starting = running_supervisor(tmp_path_factory.mktemp(rung), settings)
                running[rung] = await stack.enter_async_context(starting)
            return running[rung]

        yield get


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(supervisor: Supervisor, request: pytest.FixtureRequest) -> AsyncIterator[RunningGateway]:
    async with running_gateway(supervisor.state_dir, _settings(request)) as running:
        yield running


def _settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    settings: dict[str, Any] = getattr(request.module, "SETTINGS", None) or zoo_settings()
    return settings
