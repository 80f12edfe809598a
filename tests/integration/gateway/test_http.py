"""Jobs, event streams and downloads over HTTP, from a real gateway over a real supervisor."""

import asyncio
import csv
import io
import json
import re
import signal
from pathlib import Path
from typing import Any

import aiohttp
import pyarrow.parquet
import pytest

from bus.contract.events import Status
from bus.contract.vocabulary import Role
from bus.wire.commands import Caller
from tests.harness.gateways import RunningGateway, running_gateway
from tests.harness.servers import Supervisor, eventually, is_gone, running_supervisor, start_supervisor
from tests.harness.zoo import FLIGHTS, zoo_settings

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {**zoo_settings(), **FLIGHTS}


ANN = Caller("ann", Role.USER)


async def asked(gateway: RunningGateway, query: str, agent: str = "parquet", **more: Any) -> str:
    """A question of ann's; returns its job's id."""
    status, job = await gateway.json("POST", "/api/jobs", json={"query": query, "agent": agent, **more})
    assert status == 202
    return str(job["job_id"])


async def events(gateway: RunningGateway, job_id: str, after: int = 0) -> list[dict[str, Any]]:
    """A job's event stream to its end."""
    headers = {"Last-Event-ID": str(after)} if after else {}
    async with gateway.request("GET", f"/api/jobs/{job_id}/events", headers=headers) as answer:
        assert answer.content_type == "text/event-stream"
        text = (await answer.read()).decode()
    found = []
    for block in text.split("\n\n")[:-1]:
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        found.append(json.loads(fields["data"]))
        assert (fields["event"], fields["id"]) == (found[-1]["event"], str(found[-1]["data"]["seq"]))
    return found


async def test_ask_look_and_list(gateway: RunningGateway, supervisor: Supervisor, session: str) -> None:
    status, job = await gateway.json(
        "POST", "/api/jobs", json={"query": "go", "agent": "sleeps", "session_id": session}
    )
    assert (status, job["session_id"], job["query"], job["user"]) == (202, session, "go", "ann")
    await supervisor.until(job["job_id"], Status)
    _, again = await gateway.json("POST", "/api/jobs", json={"query": "go", "agent": "sleeps", "session_id": session})
    assert again["job_id"] == job["job_id"]
    _, listed = await gateway.json("GET", "/api/jobs?state=running")
    assert job["job_id"] in [entry["job_id"] for entry in listed["jobs"]]
    _, record = await gateway.json("GET", f"/api/jobs/{job['job_id']}")
    assert [move["state"] for move in record["moves"]][-1] == "running"
    assert record["pid"]
    await supervisor.stop(job["job_id"])


async def test_lists_come_in_pages(gateway: RunningGateway, supervisor: Supervisor) -> None:
    made = [await asked(gateway, "1", "counts") for _ in range(5)]
    for job_id in made:
        await events(gateway, job_id)
    living = [await supervisor.running("sleeps", caller=ANN) for _ in range(2)]
    whole = [job["job_id"] for job in (await gateway.json("GET", "/api/jobs?all=1"))[1]["jobs"]]
    assert whole[:2] == living[::-1]
    assert whole[2:7] == made[::-1]
    for limit in (1, 3, len(whole)):
        found: list[str] = []
        after: str | None = ""
        while after is not None:
            status, page = await gateway.json("GET", f"/api/jobs?all=1&limit={limit}&after={after}")
            assert (status, len(page["jobs"]) <= limit) == (200, True)
            found += [job["job_id"] for job in page["jobs"]]
            after = page["next"]
        assert found == whole
    _, page = await gateway.json("GET", f"/api/jobs?state=succeeded&limit=2&after={made[4]}")
    assert [job["job_id"] for job in page["jobs"]] == [made[3], made[2]]
    for wrong in ("0", "1001", "x", "-1", "٣"):
        assert (await gateway.json("GET", f"/api/jobs?limit={wrong}"))[0] == 400
    for job_id in living:
        await supervisor.stop(job_id)
        await supervisor.events(job_id)


async def test_delete_answers_when_the_job_is_dead(gateway: RunningGateway, supervisor: Supervisor) -> None:
    job_id = await asked(gateway, "go", "ignores_signals")
    await supervisor.until(job_id, Status)
    pid = (await gateway.json("GET", f"/api/jobs/{job_id}"))[1]["pid"]
    status, stopped = await gateway.json("DELETE", f"/api/jobs/{job_id}?now=1&reason=enough")
    assert is_gone(pid)
    assert (status, stopped["state"], stopped["rung"], stopped["by"]) == (200, "cancelled", "kill", "ann")
    status, error = await gateway.json("DELETE", f"/api/jobs/{job_id}")
    assert (status, error["code"]) == (409, "already_ended")


async def test_events_stream_and_continue(gateway: RunningGateway) -> None:
    job_id = await asked(gateway, "50", "counts")
    stream = await events(gateway, job_id)
    assert [event["data"]["seq"] for event in stream] == list(range(1, 53))
    assert stream[-1]["event"] == "agent_complete"
    assert await events(gateway, job_id, after=20) == stream[20:]
    async with gateway.request("GET", f"/api/jobs/{job_id}/events", headers={"Last-Event-ID": "52"}) as answer:
        assert answer.status == 204
    status, error = await gateway.json("GET", f"/api/jobs/{job_id}/events", headers={"Last-Event-ID": "x"})
    assert (status, error["code"]) == (400, "bad_request")


async def test_events_of_a_running_job_end_with_the_gateway(supervisor: Supervisor) -> None:
    """At once, and not only when it has had the time to finish."""
    settings = {**zoo_settings(), "gateway.finish_grace_s": 600.0}
    async with running_gateway(supervisor.state_dir, settings) as gateway:
        job_id = await asked(gateway, "go", "sleeps")
        reading = asyncio.create_task(events(gateway, job_id))
        await supervisor.until(job_id, Status)
        await gateway.end()
        with pytest.raises(aiohttp.ClientError):
            await gateway.json("GET", "/healthz")
        assert (await reading)[0]["event"] == "agent_accepted"
        await supervisor.stop(job_id)


async def test_results_come_whole_in_three_formats(gateway: RunningGateway) -> None:
    job_id = await asked(gateway, "select flight, carrier, time_hour from flights limit 30000")
    await events(gateway, job_id)
    _, found = await gateway.json("GET", f"/api/jobs/{job_id}/result.json")
    assert [column["name"] for column in found["columns"]] == ["flight", "carrier", "time_hour"]
    assert len(found["rows"]) == 30_000
    async with gateway.request("GET", f"/api/jobs/{job_id}/result.csv") as answer:
        assert answer.headers["Deadstop-State"] == "succeeded"
        named = 'filename="select-flight-carrier-time-hour-from-flights-limit-30000.csv"'
        assert named in answer.headers["Content-Disposition"]
        lines = list(csv.reader(io.StringIO(await answer.text())))
    assert lines[0] == ["flight", "carrier", "time_hour"]
    assert [[int(flight), carrier, at.replace(" ", "T")] for flight, carrier, at in lines[1:]] == found["rows"]
    async with gateway.request("GET", f"/api/jobs/{job_id}/result.parquet") as answer:
        table = pyarrow.parquet.read_table(io.BytesIO(await answer.read()))
    assert table.column("flight").to_pylist() == [row[0] for row in found["rows"]]


async def test_results_that_are_not_there_say_why(gateway: RunningGateway, supervisor: Supervisor) -> None:
    running = await asked(gateway, "go", "sleeps")
    status, error = await gateway.json("GET", f"/api/jobs/{running}/result.csv")
    assert (status, error["code"]) == (409, "not_ended")
    await supervisor.stop(running)
    ended = await asked(gateway, "3", "counts")
    await events(gateway, ended)
    status, error = await gateway.json("GET", f"/api/jobs/{ended}/result.csv")
    assert (status, error["code"]) == (404, "no_rows")


async def test_mistakes_are_answered_in_json(gateway: RunningGateway) -> None:
    for method, path, body, status, code in (
        ("GET", "/api/jobs/nosuchjob", None, 404, "not_found"),
        ("DELETE", "/api/jobs/nosuchjob", None, 404, "not_found"),
        ("GET", "/api/jobs?state=asleep", None, 400, "bad_request"),
        ("GET", "/nowhere", None, 404, "not_found"),
        ("PUT", "/api/jobs", None, 405, "method_not_allowed"),
        ("POST", "/api/jobs", b"hello", 400, "bad_request"),
        ("POST", "/api/jobs", b'{"query": ""}', 400, "bad_request"),
        ("POST", "/api/jobs", b'{"query": "' + b"x" * 300_000 + b'"}', 413, "too_large"),
    ):
        found, error = await gateway.json(method, path, data=body)
        assert (found, error["code"]) == (status, code), f"{method} {path}"
        assert error["error"]


async def test_another_users_job_is_not_found_anywhere(gateway: RunningGateway, supervisor: Supervisor) -> None:
    job_id = await asked(gateway, "go", "sleeps")
    await supervisor.until(job_id, Status)
    for method, tail in (("GET", ""), ("GET", "/events"), ("GET", "/result.json"), ("DELETE", "")):
        status, error = await gateway.json(method, f"/api/jobs/{job_id}{tail}", "bob")
        assert (status, error["code"]) == (404, "not_found")
        unknown = await gateway.json(method, f"/api/jobs/000000000000{tail}", "bob")
        assert unknown == (status, error)
    assert (await gateway.json("GET", "/api/jobs?all=1", "bob"))[1] == {"jobs": [], "next": None}
    _, seen = await gateway.json("GET", "/api/jobs?user=ann", "ops")
    assert job_id in [job["job_id"] for job in seen["jobs"]]
    _, stopped = await gateway.json("DELETE", f"/api/jobs/{job_id}", "ops")
    assert (stopped["by"], stopped["reason"]) == ("ops", "operator")


async def test_ready_only_while_the_supervisor_answers(tmp_path: Path) -> None:
    async with running_supervisor(tmp_path) as supervisor, running_gateway(supervisor.state_dir) as gateway:
        assert await gateway.json("GET", "/readyz") == (200, {"ok": True})
        await supervisor.end()
        status, error = await gateway.json("GET", "/readyz")
        assert (status, error["code"]) == (503, "unavailable")
        assert (await gateway.json("GET", "/healthz"))[0] == 200


async def test_a_question_that_nobody_took_can_be_asked_again_and_is_asked_once(tmp_path: Path) -> None:
    body = {"query": "3", "agent": "counts"}
    async with (
        running_supervisor(tmp_path, zoo_settings()) as supervisor,
        running_gateway(supervisor.state_dir, zoo_settings()) as gateway,
    ):
        supervisor.process.send_signal(signal.SIGSTOP)
        status, error = await gateway.json("POST", "/api/jobs", json=body)
        supervisor.process.send_signal(signal.SIGCONT)
        assert (status, error["code"]) == (503, "unavailable")
        session_id = re.fullmatch(r"ask again with session_id (\S+), then it is asked once", error["hint"])
        assert session_id is not None, error
        again = {**body, "session_id": session_id[1]}
        statuses = [(await gateway.json("POST", "/api/jobs", json=again))[0] for _ in range(2)]
        assert statuses == [202, 202]
        _, listed = await gateway.json("GET", "/api/jobs?all=1")
        assert [job["session_id"] for job in listed["jobs"]] == [session_id[1]]


async def test_the_catalog_can_be_read(gateway: RunningGateway) -> None:
    status, found = await gateway.json("GET", "/api/catalog")
    assert status == 200
    assert {table["name"] for table in found["tables"]} >= {"flights", "airlines"}


async def test_a_catalog_that_is_being_read_says_so_and_one_that_cannot_be_too(tmp_path: Path) -> None:
    sleepy = {**zoo_settings(), "agents.catalog": zoo_settings()["agents.sleeps"]}
    state_dir = tmp_path / "state"
    starting = asyncio.create_task(start_supervisor(state_dir, sleepy))
    async with running_gateway(state_dir, sleepy) as gateway:
        reading = [202, {"status": "reading"}]
        await eventually(lambda: asked_for(gateway, reading), "the catalog is being read")
        _, listed = await gateway.json("GET", "/api/jobs?all=1", "ops")
        (job_id,) = [job["job_id"] for job in listed["jobs"]]
        assert (await gateway.json("DELETE", f"/api/jobs/{job_id}", "ops"))[1]["state"] == "cancelled"
        status, error = await gateway.json("GET", "/api/catalog")
        assert (status, error["code"]) == (503, "not_ready")
        process = await starting
    process.terminate()
    assert await process.wait() == 0


async def asked_for(gateway: RunningGateway, wanted: list[Any]) -> bool:
    return list(await gateway.json("GET", "/api/catalog")) == wanted
