"""A cluster that lets anybody in is not used, and people are told why."""

from pathlib import Path

from tests.cluster.conftest import CLUSTER
from tests.cluster.harness.machines import HEAD, Machines
from tests.cluster.harness.people import nodes
from tests.harness.servers import Supervisor, eventually, running_supervisor

OPEN_PORT = 6479


async def test_a_cluster_without_a_token_is_refused(machines: Machines, tmp_path: Path) -> None:
    head = machines.start_head(OPEN_PORT, RAY_AUTH_MODE="disabled", RAY_AUTH_TOKEN="")
    try:
        async with running_supervisor(tmp_path, {**CLUSTER, "cluster.address": f"{HEAD}:{OPEN_PORT}"}) as supervisor:
            await eventually(lambda: says(supervisor, "asks for no token"), "it is said")
            job_id = await supervisor.submit("3", "counts")
            assert (await supervisor.record(job_id)).summary.state == "queued"
            await supervisor.stop(job_id)
    finally:
        head.end()


async def says(supervisor: Supervisor, words: str) -> bool:
    return any(words in node.why for node in (await nodes(supervisor)).values())
