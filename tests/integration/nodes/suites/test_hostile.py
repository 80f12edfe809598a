"""The hostile set, made by a question's worker on a node: files, network, processes and kernel are out of reach."""

import dataclasses
import json
import os
from collections.abc import AsyncIterator, Iterable, Iterator

import msgspec
import pytest
import pytest_asyncio

from agent_worker.sandbox import landlock, seccomp
from bus.contract.vocabulary import Proof
from tests.harness.hostile.attempts import ATTEMPTS
from tests.harness.hostile.ground import Ground, Watch, prepared
from tests.harness.hostile.outcome import Outcome
from tests.harness.jobs.stopping import ended
from tests.harness.servers import Supervisor, running_supervisor

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(
        landlock.abi() < landlock.SCOPES_SINCE or not seccomp.supported(), reason="this kernel lacks a layer"
    ),
]

AGENT = "tests.programs.attempts:run"


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ground, Watch]]:
    with prepared(tmp_path_factory.mktemp("ground")) as both:
        yield both


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def supervisor(
    tmp_path_factory: pytest.TempPathFactory, containment: Proof, ground: tuple[Ground, Watch]
) -> AsyncIterator[Supervisor]:
    settings = {
        "llm.base_url": "http://127.0.0.1:9",  # an address: nobody needs datagrams to a name server
        "data.folder": str(ground[0].data),
        "agents.sandboxed": {"entrypoint": AGENT},
        "agents.free": {"entrypoint": AGENT, "sandbox": False},
    }
    async with running_supervisor(tmp_path_factory.mktemp("s"), settings) as running:
        yield running


async def harm(supervisor: Supervisor, ground: Ground, agent: str, names: Iterable[str]) -> dict[str, str]:
    """What each of these attempts of a worker did to others."""
    question = json.dumps([dataclasses.asdict(ground), list(names)], default=str)
    job = await ended(supervisor, await supervisor.submit(question, agent))
    assert job.record.summary.node == "local-1"
    found = [msgspec.json.decode(line, type=Outcome) for line in job.response.splitlines()]
    assert [one.item for one in found] == list(names)
    return {one.item: one.harm for one in found if one.harm}


async def test_nothing_is_done_by_any_attempt(supervisor: Supervisor, ground: tuple[Ground, Watch]) -> None:
    there, watch = ground
    assert await harm(supervisor, there, "sandboxed", ATTEMPTS) == {}
    assert watch.harm() == ""


async def test_without_a_sandbox_they_do_their_harm(supervisor: Supervisor, ground: tuple[Ground, Watch]) -> None:
    """Else they would prove nothing."""
    there, watch = ground
    names = ["read a file outside", "overwrite the data", "connect"]
    assert await harm(supervisor, there, "free", names) == {"read a file outside": "read"}
    assert watch.harm() == "wrote, reached"
