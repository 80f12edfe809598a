"""A Ray cluster of three machines for all tests here, and a supervisor on its nodes for those of a module.

`make test-cluster` runs them, in namespaces of their own (alone.sh).
"""

import importlib.util
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.cluster.harness.machines import HEAD, PORT, Machines
from tests.cluster.harness.people import ready
from tests.harness.jobs.stopping import ROOMY
from tests.harness.servers import Supervisor, eventually, running_supervisor

TOKEN = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "b5c1" * 16}
CLUSTER = {
    **ROOMY,
    "cluster.provider": "ray",
    "cluster.address": f"{HEAD}:{PORT}",
    "cluster.listen": f"tcp://{HEAD}:*",
    "cluster.slots": 4,
    "worker.preload": ["agent_worker.runtime.worker"],
}
NUMBERS = (1, 2, 3)

collect_ignore = [] if importlib.util.find_spec("ray") else ["test_autoscaler.py"]
"""What loads Ray itself cannot even be looked at without it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """None of them is part of `make test`."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session", autouse=True)
def _own_control_groups() -> Iterator[None]:
    """None: they are the one thing here that would not end with the tests, and that two runs would share."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEADSTOP_CONTAINMENT__FORM", "sweep")
        yield


@pytest.fixture(scope="session")
def alone() -> None:
    """What is made here has to end with the tests."""
    if not Path("/proc/1/cmdline").read_bytes().startswith(b"sh\0-c\0"):
        pytest.fail("these tests need namespaces of their own: make test-cluster")
    for tool in ("ip", "unshare"):
        if shutil.which(tool) is None:
            pytest.fail(f"there is no `{tool}` here")
    if importlib.util.find_spec("ray") is None:
        pytest.fail("Ray is not installed: make test-cluster")


@pytest.fixture(scope="session")
def machines(alone: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    """Ray's head beside the tests, and three machines."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in TOKEN.items():
            patch.setenv(name, value)
        running = Machines(Path(os.environ.get("TMPDIR", "/tmp")), TOKEN)
        try:
            for number in NUMBERS:
                running.add(number)
                running.until_started()
            yield running
        finally:
            running.close()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def supervisor(
    machines: Machines, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Supervisor]:
    """With the module's own SETTINGS, and all three nodes."""
    settings = {**CLUSTER, **request.module.SETTINGS}
    async with running_supervisor(tmp_path_factory.mktemp("cluster"), settings) as running:
        await eventually(lambda: ready(running, len(NUMBERS)), "every machine takes jobs", within_s=180)
        yield running
