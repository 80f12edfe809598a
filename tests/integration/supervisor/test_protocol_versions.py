"""Programs of different protocol versions refuse each other, and say so."""

import pytest

from bus.client import CommandRefused
from bus.transport.codec import BUS_VERSION
from bus.wire.commands import ListJobs
from bus.wire.replies import Jobs
from tests.harness.servers import OPERATOR, Supervisor

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("version", ["4.0", "2.4", ""])
async def test_a_client_of_another_version(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.setattr("bus.client.BUS_VERSION", version)
    with pytest.raises(CommandRefused) as refused:
        await supervisor.client.request(ListJobs(OPERATOR), Jobs)
    assert refused.value.refused.code == "protocol"
    assert refused.value.refused.error == f"the supervisor speaks protocol {BUS_VERSION}, the client {version}"


async def test_a_newer_one_of_the_same_number_before_the_dot(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bus.client.BUS_VERSION", "3.9")
    await supervisor.client.request(ListJobs(OPERATOR), Jobs)
