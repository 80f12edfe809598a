"""Every verb over HTTP and WebSocket, tried by somebody else: what is another's answers as what does not exist does."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from bus.contract.vocabulary import Role
from bus.wire.commands import Caller
from tests.harness.gateways import RunningGateway
from tests.harness.servers import Supervisor
from tests.harness.zoo import zoo_settings

pytestmark = pytest.mark.asyncio(loop_scope="module")

ANN = Caller("ann", Role.USER)
NOBODYS_JOB = "000000000000"
NOBODYS_NAME = "nosuchname"
SETTINGS = {**zoo_settings(), "limits.max_running": 20}


@dataclass(frozen=True)
class Anns:
    """What ann has: a job that runs and one that has ended with rows, each in a conversation of its own."""

    running: str
    ended: str
    session: str = "ann-runs"
    ended_session: str = "ann-ended"
    conversation: str = "ann-talks"
    ended_conversation: str = "ann-talked"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def anns(supervisor: Supervisor) -> AsyncIterator[Anns]:
    """Made once; afterwards everything must be as it was, whatever was tried."""
    ended = await supervisor.submit(
        "select 1 as one", "sql", session_id="ann-ended", caller=ANN, conversation_id="ann-talked"
    )
    await supervisor.events(ended)
    running = await supervisor.running("sleeps", session_id="ann-runs", caller=ANN, conversation_id="ann-talks")
    yield Anns(running, ended)
    record = await supervisor.record(running)
    assert (record.summary.state, record.rungs) == ("running", [])
    await supervisor.stop(running)
    await supervisor.events(running)


def without(answer: tuple[int, Any], *names: str) -> tuple[int, str]:
    """An answer in which no name stands, so that two can be compared. One letter is no name: it stands everywhere."""
    text = str(answer[1])
    for name in filter(lambda name: len(name) > 1, names):
        text = text.replace(name, "NAME")
    return answer[0], text


HTTP_VERBS = [
    ("GET", ""),
    ("GET", "/events"),
    ("GET", "/events?after=1"),
    ("GET", "/result.json"),
    ("GET", "/result.csv"),
    ("GET", "/result.parquet"),
    ("DELETE", ""),
    ("DELETE", "?now=1&reason=mine"),
]


@pytest.mark.parametrize(("method", "tail"), HTTP_VERBS)
async def test_jobs_over_http(gateway: RunningGateway, anns: Anns, method: str, tail: str) -> None:
    unknown = without(await gateway.json(method, f"/api/jobs/{NOBODYS_JOB}{tail}", "bob"), NOBODYS_JOB)
    assert unknown[0] == 404
    for name in (anns.running, anns.ended, anns.running[:6], anns.ended[:1], anns.session):
        found = await gateway.json(method, f"/api/jobs/{name}{tail}", "bob")
        assert without(found, name) == unknown, f"{method} {name}{tail}"


@pytest.mark.parametrize(("method", "body"), [("GET", None), ("PATCH", {"title": "mine"}), ("DELETE", None)])
@pytest.mark.parametrize("user", ["bob", "ops"])
async def test_conversations_over_http(
    gateway: RunningGateway, anns: Anns, user: str, method: str, body: dict[str, str] | None
) -> None:
    """Not even an operator's: conversations are private, operators are there for jobs."""
    given = {"json": body} if body else {}
    unknown = without(await gateway.json(method, f"/api/conversations/{NOBODYS_NAME}", user, **given), NOBODYS_NAME)
    assert unknown[0] == 404
    for name in (anns.conversation, anns.ended_conversation):
        assert without(await gateway.json(method, f"/api/conversations/{name}", user, **given), name) == unknown


async def test_lists_are_of_ones_own(gateway: RunningGateway, anns: Anns) -> None:
    for query in ("", "?all=1", "?state=running", "?state=succeeded", "?user=ann", "?user=ann&all=1"):
        status, listed = await gateway.json("GET", f"/api/jobs{query}", "bob")
        assert status == 200
        assert not [job for job in listed["jobs"] if job["user"] != "bob"], query
    empty = await gateway.json("GET", f"/api/jobs?all=1&after={NOBODYS_JOB}", "bob")
    for name in (anns.running, anns.ended):
        assert await gateway.json("GET", f"/api/jobs?all=1&after={name}", "bob") == empty
    for query in ("", "?q=ann", "?q=select"):
        _, found = await gateway.json("GET", f"/api/conversations{query}", "bob")
        assert found == {"conversations": [], "next": None}
    async with gateway.wire("bob") as wire:
        for state in (None, "running", "succeeded"):
            await wire.send("agent_list", state=state)
            assert not [job for job in (await wire.next())["data"]["jobs"] if job["user"] != "bob"]


WS_VERBS = ["agent_kill", "agent_follow"]


@pytest.mark.parametrize("event", WS_VERBS)
async def test_jobs_over_the_websocket(gateway: RunningGateway, anns: Anns, event: str) -> None:
    async with gateway.wire("bob") as wire:
        for field, nobodys, names in (
            ("session_id", NOBODYS_NAME, (anns.session, anns.ended_session, anns.running)),
            ("job_id", NOBODYS_JOB, (anns.running, anns.ended, anns.running[:6])),
        ):
            answers = []
            for name in (nobodys, *names):
                await wire.send(event, **{field: name})
                answer = await wire.next()
                assert answer["data"]["code"] == "not_found"
                answers.append(str(answer).replace(name, "NAME"))
            assert len(set(answers)) == 1, answers


async def test_anothers_session_and_conversation_names_are_free(gateway: RunningGateway, anns: Anns) -> None:
    """Neither `session_conflict` nor `conversation_busy` may tell what another does."""
    async with gateway.wire("bob") as wire:
        await wire.ask(anns.session, "other words", "echoes", conversation_id=anns.conversation)
        stream = await wire.stream()
        assert stream[-1]["event"] == "agent_complete"
        assert stream[0]["data"]["job_id"] not in (anns.running, anns.ended)
    status, job = await gateway.json(
        "POST", "/api/jobs", "bob", json={"query": "x", "agent": "echoes", "session_id": anns.ended_session}
    )
    assert status == 202
    assert job["job_id"] not in (anns.running, anns.ended)
    await gateway.json("DELETE", f"/api/jobs/{job['job_id']}", "bob")


async def test_a_signed_in_connection_does_not_change_hands(gateway: RunningGateway, anns: Anns) -> None:
    async with gateway.wire("bob") as wire:
        await wire.send("authenticate", token="ann's token")
        assert (await wire.next())["data"]["code"] == "unauthorized"
        await wire.send("agent_follow", job_id=anns.running)
        assert (await wire.next())["data"]["code"] == "not_found"
    async with gateway.wire(None) as wire:
        for event in ("agent_follow", "agent_kill", "agent_list", "agent_query_stream"):
            await wire.send(event, session_id=anns.session, query="x")
            assert (await wire.next())["data"]["code"] == "unauthorized"


async def test_the_figures_are_for_operators(gateway: RunningGateway) -> None:
    status, error = await gateway.json("GET", "/metrics", "bob")
    assert (status, error["code"]) == (403, "forbidden")
    async with gateway.request("GET", "/metrics", "ops") as answer:
        assert answer.status == 200


async def test_draining_is_for_operators(gateway: RunningGateway, supervisor: Supervisor) -> None:
    status, error = await gateway.json("POST", "/api/drain", "bob")
    assert (status, error["code"]) == (403, "forbidden")
    async with gateway.request("GET", "/metrics", "ops") as answer:
        assert "deadstop_draining 0.0\n" in await answer.text()


async def test_an_operator_may(gateway: RunningGateway, anns: Anns, supervisor: Supervisor) -> None:
    _, record = await gateway.json("GET", f"/api/jobs/{anns.running}", "ops")
    assert record["user"] == "ann"
    async with gateway.wire("ops") as wire:
        await wire.send("agent_follow", job_id=anns.ended)
        assert (await wire.stream())[-1]["event"] == "agent_complete"
    sleeper = await supervisor.running("sleeps", session_id="for-ops", caller=ANN)
    _, stopped = await gateway.json("DELETE", f"/api/jobs/{sleeper}", "ops")
    assert (stopped["by"], stopped["reason"]) == ("ops", "operator")
