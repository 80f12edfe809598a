"""Answers that their owner lets others read by a link: those answers, and nothing else."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.harness.gateways import RunningGateway, running_gateway
from tests.harness.servers import Supervisor
from tests.harness.zoo import zoo_settings

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def open_gateway(supervisor: Supervisor) -> AsyncIterator[RunningGateway]:
    """One that lets who has a link read without signing in, where the link says so."""
    async with running_gateway(supervisor.state_dir, {**zoo_settings(), "gateway.public_shares": True}) as running:
        yield running


async def answered(gateway: RunningGateway, supervisor: Supervisor, query: str, conversation: str = "") -> str:
    body = {"query": query, "agent": "parquet", "conversation_id": conversation or None}
    _, job = await gateway.json("POST", "/api/jobs", json=body)
    await supervisor.events(job["job_id"])
    return str(job["job_id"])


async def share(gateway: RunningGateway, *job_ids: str, **more: Any) -> str:
    status, made = await gateway.json("POST", "/api/shares", json={"job_ids": job_ids, **more})
    assert status == 201, made
    return str(made["share_id"])


async def stream(gateway: RunningGateway, share_id: str, job_id: str, user: str | None) -> tuple[int, str]:
    async with gateway.request("GET", f"/api/shares/{share_id}/jobs/{job_id}/events", user) as answer:
        return answer.status, await answer.text()


async def code(gateway: RunningGateway, method: str, path: str, user: str | None, **given: Any) -> str | None:
    async with gateway.request(method, path, user, **given) as answer:
        return (await answer.json())["code"] if answer.status >= 400 else None


async def test_another_user_reads_what_is_shared_and_nothing_beside_it(
    gateway: RunningGateway, supervisor: Supervisor
) -> None:
    shared = await answered(gateway, supervisor, "select 41 + 1 as answer", "talk")
    beside = await answered(gateway, supervisor, "select 'a secret' as answer", "talk")
    share_id = await share(gateway, shared)
    status, found = await gateway.json("GET", f"/api/shares/{share_id}", "bob")
    assert status == 200
    assert [(one["job_id"], one["query"]) for one in found["answers"]] == [(shared, "select 41 + 1 as answer")]
    assert "ann" not in str(found)
    status, text = await stream(gateway, share_id, shared, "bob")
    assert status == 200
    assert "42" in text
    assert "agent_complete" in text
    assert "prompt_monitor" not in text, "prompts tell of the conversation"
    assert (await stream(gateway, share_id, beside, "bob"))[0] == 404
    for path in (f"/api/jobs/{shared}", "/api/conversations/talk", f"/api/jobs/{beside}/events"):
        assert await code(gateway, "GET", path, "bob") == "not_found"


async def test_a_conversation_is_shared_as_it_stands_and_ends_with_it(
    gateway: RunningGateway, supervisor: Supervisor
) -> None:
    jobs = [await answered(gateway, supervisor, f"select {number} as n", "whole") for number in (1, 2)]
    share_id = await share(gateway, *jobs)
    await answered(gateway, supervisor, "select 'asked later' as n", "whole")
    _, found = await gateway.json("GET", f"/api/shares/{share_id}", "bob")
    assert (found["title"], [one["job_id"] for one in found["answers"]]) == ("select 1 as n", jobs)
    async with gateway.request("DELETE", "/api/conversations/whole") as answer:
        assert answer.status == 204
    assert await code(gateway, "GET", f"/api/shares/{share_id}", "bob") == "not_found"


async def test_shares_are_listed_and_ended_by_their_owner(gateway: RunningGateway, supervisor: Supervisor) -> None:
    job_id = await answered(gateway, supervisor, "select 1 as listed")
    one, other = [await share(gateway, job_id) for _ in range(2)]

    async def listed(user: str) -> set[str]:
        _, found = await gateway.json("GET", "/api/shares", user)
        assert (found["public_allowed"], found["kept_days"]) == (False, 7)
        return {share["share_id"] for share in found["shares"]}

    assert {one, other} <= await listed("ann")
    assert await listed("bob") == set()
    assert await code(gateway, "DELETE", f"/api/shares/{one}", "bob") == "not_found"
    assert await code(gateway, "DELETE", f"/api/shares/{one}", "ann") is None
    assert await code(gateway, "DELETE", f"/api/shares/{other}", "ops") is None
    assert not {one, other} & await listed("ann")
    assert await code(gateway, "GET", f"/api/shares/{one}", "ann") == "not_found"
    assert (await stream(gateway, one, job_id, "ann"))[0] == 404


async def test_what_cannot_be_shared_is_refused(gateway: RunningGateway, supervisor: Supervisor) -> None:
    job_id = await answered(gateway, supervisor, "select 1 as mine", "mixed")
    elsewhere = await answered(gateway, supervisor, "select 1 as mine", "other")
    bodies: list[tuple[str, dict[str, Any], str]] = [
        ("bob", {"job_ids": [job_id]}, "not_found"),
        ("ops", {"job_ids": [job_id]}, "not_found"),
        ("ann", {"job_ids": []}, "bad_request"),
        ("ann", {"job_ids": [job_id, elsewhere]}, "bad_request"),
        ("ann", {"job_ids": ["x"] * 201}, "bad_request"),
        ("ann", {"job_ids": [job_id], "user": "bob"}, "bad_request"),
        ("ann", {"job_ids": [job_id], "public": True}, "forbidden"),
    ]
    for user, body, expected in bodies:
        assert await code(gateway, "POST", "/api/shares", user, json=body) == expected, body
    async with gateway.request("POST", "/api/jobs", json={"query": "go", "agent": "sleeps"}) as answer:
        running = (await answer.json())["job_id"]
    assert await code(gateway, "POST", "/api/shares", "ann", json={"job_ids": [running]}) == "not_ended"
    await supervisor.stop(running)
    await supervisor.events(running)


async def test_without_signing_in_only_what_is_public_where_that_is_allowed(
    gateway: RunningGateway, open_gateway: RunningGateway, supervisor: Supervisor
) -> None:
    job_id = await answered(open_gateway, supervisor, "select 7 as open")
    public, signed = await share(open_gateway, job_id, public=True), await share(open_gateway, job_id)
    status, found = await open_gateway.json("GET", f"/api/shares/{public}", None)
    assert (status, [one["job_id"] for one in found["answers"]]) == (200, [job_id])
    assert (await stream(open_gateway, public, job_id, None))[0] == 200
    unknown = await open_gateway.json("GET", "/api/shares/nosuchshare", None)
    assert unknown[0] == 401
    for share_id in (signed, f"{public}x", public[:-1]):
        assert await open_gateway.json("GET", f"/api/shares/{share_id}", None) == unknown
    assert await code(open_gateway, "GET", "/api/shares", None) == "unauthorized"
    assert await code(open_gateway, "DELETE", f"/api/shares/{public}", None) == "unauthorized"
    assert await code(gateway, "GET", f"/api/shares/{public}", None) == "unauthorized", "the setting is off here"
    assert await code(gateway, "GET", f"/api/shares/{public}", "bob") is None
    script = "/assets/drawn-later.js"  # what the page loads when it is first wanted, if there were such a file
    assert await code(open_gateway, "GET", script, None) == "not_found"
    assert await code(gateway, "GET", script, None) == "unauthorized"
