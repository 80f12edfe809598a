"""Conversations over HTTP: listed, searched, renamed, hidden, and nobody else's."""

import secrets
from typing import Any

import pytest

from bus.contract.events import Status
from tests.harness.gateways import RunningGateway
from tests.harness.servers import Supervisor

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def name() -> str:
    """A conversation of this test alone: supervisor and gateway serve the whole file."""
    return f"c{secrets.token_hex(4)}"


async def ask(gateway: RunningGateway, conversation: str, query: str, agent: str = "echoes", **more: Any) -> str:
    """A question of ann's (or `user`'s); returns its job's id."""
    user = more.pop("user", "ann")
    body = {"query": query, "agent": agent, "conversation_id": conversation, **more}
    status, job = await gateway.json("POST", "/api/jobs", user, json=body)
    assert status == 202, job
    return str(job["job_id"])


async def answered(gateway: RunningGateway, supervisor: Supervisor, conversation: str, query: str, **more: Any) -> str:
    job_id = await ask(gateway, conversation, query, **more)
    await supervisor.events(job_id)
    return job_id


async def listed(gateway: RunningGateway, search: str = "", user: str = "ann") -> dict[str, dict[str, Any]]:
    _, found = await gateway.json("GET", "/api/conversations", user, params={"q": search, "limit": "200"})
    return {one["conversation_id"]: one for one in found["conversations"]}


async def test_a_conversation_tells_its_questions_in_order(
    gateway: RunningGateway, supervisor: Supervisor, name: str
) -> None:
    first = await answered(gateway, supervisor, name, "how many\n  flights?")
    second = await answered(gateway, supervisor, name, "how many flights?", user_clarification="in May")
    status, found = await gateway.json("GET", f"/api/conversations/{name}")
    assert (status, found["title"], found["running"]) == (200, "how many flights?", None)
    assert [(job["job_id"], job["query"], job["user_clarification"]) for job in found["jobs"]] == [
        (first, "how many\n  flights?", None),
        (second, "how many flights?", "in May"),
    ]
    assert {job["state"] for job in found["jobs"]} == {"succeeded"}
    assert found["updated_at"] >= found["jobs"][-1]["ended_at"] > found["created_at"]
    row = (await listed(gateway))[name]
    assert row == {key: value for key, value in found.items() if key != "jobs"}


async def test_long_questions_are_shortened_to_titles(
    gateway: RunningGateway, supervisor: Supervisor, name: str
) -> None:
    await answered(gateway, supervisor, name, "flights " * 30)
    title = (await listed(gateway))[name]["title"]
    assert len(title) <= 60
    assert title.endswith("…")


async def test_the_list_shows_what_runs_and_what_runs_is_not_hidden(
    gateway: RunningGateway, supervisor: Supervisor, name: str
) -> None:
    job_id = await ask(gateway, name, "go", "sleeps")
    await supervisor.until(job_id, Status)
    assert (await listed(gateway))[name]["running"] == job_id
    _, found = await gateway.json("GET", f"/api/conversations/{name}")
    assert found["jobs"][0]["state"] == "running"
    status, error = await gateway.json("DELETE", f"/api/conversations/{name}")
    assert (status, error["code"]) == (409, "conversation_busy")
    assert job_id in error["error"]
    assert error["hint"]
    await supervisor.stop(job_id)
    await supervisor.events(job_id)
    assert (await listed(gateway))[name]["running"] is None
    async with gateway.request("DELETE", f"/api/conversations/{name}") as answer:
        assert answer.status == 204
    assert name not in await listed(gateway)
    assert (await gateway.json("GET", f"/api/conversations/{name}"))[0] == 404
    assert (await gateway.json("GET", f"/api/jobs/{job_id}"))[0] == 200
    await answered(gateway, supervisor, name, "go on")
    assert name in await listed(gateway)


async def test_every_word_is_searched_in_titles_and_questions(
    gateway: RunningGateway, supervisor: Supervisor, name: str
) -> None:
    mark = secrets.token_hex(4)
    await answered(gateway, supervisor, name, f"Wie viele Flüge nach ÖREBRO? {mark}")
    await answered(gateway, supervisor, name, "and by month?")
    for search, found in ((mark, True), (f"{mark.upper()} örebro", True), (f"MONTH {mark}", True)):
        assert (name in await listed(gateway, search)) is found, search
    assert await listed(gateway, f"{mark} nowhere") == {}
    await gateway.json("PATCH", f"/api/conversations/{name}", json={"title": "Été à Paris"})
    assert name in await listed(gateway, f"ÉTÉ {mark}")


async def test_a_title_is_given_and_kept(gateway: RunningGateway, supervisor: Supervisor, name: str) -> None:
    await answered(gateway, supervisor, name, "how many?")
    path = f"/api/conversations/{name}"
    status, renamed = await gateway.json("PATCH", path, json={"title": "  My \n flights "})
    assert (status, renamed["title"]) == (200, "My flights")
    await answered(gateway, supervisor, name, "and how many more?")
    assert (await listed(gateway))[name]["title"] == "My flights"
    bodies: list[Any] = [{"title": " "}, {"title": "x" * 201}, {"name": "x"}, [], {"title": "x", "user": "bob"}]
    for body in bodies:
        status, error = await gateway.json("PATCH", path, json=body)
        assert (status, error["code"]) == (400, "bad_request"), body


async def test_pages_follow_each_other_without_a_gap(gateway: RunningGateway, supervisor: Supervisor) -> None:
    mark = secrets.token_hex(4)
    names = [f"{mark}-{number}" for number in range(5)]
    for conversation in names:
        await answered(gateway, supervisor, conversation, f"{mark} please")
    seen: list[str] = []
    after = ""
    while True:
        query = {"q": mark, "limit": "2", "after": after}
        _, page = await gateway.json("GET", "/api/conversations", params=query)
        seen += [one["conversation_id"] for one in page["conversations"]]
        after = page["next"]
        if not after:
            break
    assert seen == names[::-1]
    for query in ({"after": "x"}, {"limit": "0"}, {"limit": "201"}, {"limit": "-1"}, {"q": "x" * 201}):
        status, error = await gateway.json("GET", "/api/conversations", params=query)
        assert (status, error["code"]) == (400, "bad_request"), query


async def test_a_conversation_is_its_users_alone(gateway: RunningGateway, supervisor: Supervisor, name: str) -> None:
    """Even an operator's list is their own; the same name may be used by everybody."""
    await answered(gateway, supervisor, name, "ann's question")
    unknown = await gateway.json("GET", "/api/conversations/nosuch", "bob")
    for user in ("bob", "ops"):
        assert await gateway.json("GET", f"/api/conversations/{name}", user) == unknown
        renaming = await gateway.json("PATCH", f"/api/conversations/{name}", user, json={"title": "mine"})
        assert renaming == unknown
        assert await gateway.json("DELETE", f"/api/conversations/{name}", user) == unknown
        assert name not in await listed(gateway, user=user)
    await answered(gateway, supervisor, name, "bob's question", user="bob")
    assert (await listed(gateway, user="bob"))[name]["title"] == "bob's question"
    assert (await listed(gateway))[name]["title"] == "ann's question"


async def test_questions_that_follow_the_same_one_are_branches(
    gateway: RunningGateway, supervisor: Supervisor, name: str
) -> None:
    def session(number: int) -> str:
        return f"{name}-{number}"

    for number, follows in enumerate((None, None, session(0), "")):
        await answered(gateway, supervisor, name, f"q{number}", session_id=session(number), follows=follows)
    _, found = await gateway.json("GET", f"/api/conversations/{name}")
    assert [job["follows"] for job in found["jobs"]] == ["", session(0), session(0), ""]
    elsewhere = await answered(gateway, supervisor, f"{name}x", "another conversation", session_id=session(9))
    assert elsewhere
    bobs = {"query": "q", "agent": "echoes", "conversation_id": name, "follows": session(0)}
    wrong = [("ann", {**bobs, "follows": session(9)}), ("ann", {**bobs, "conversation_id": None}), ("bob", bobs)]
    for user, body in wrong:
        status, error = await gateway.json("POST", "/api/jobs", user, json=body)
        assert (status, error["code"]) == (400, "bad_request"), body
        assert "is no question of conversation" in error["error"]


async def rate(gateway: RunningGateway, job_id: str, body: Any, user: str = "ann") -> tuple[int, Any]:
    async with gateway.request("PUT", f"/api/jobs/{job_id}/rating", user, json=body) as answer:
        return answer.status, await answer.json() if answer.status != 204 else None


async def test_the_one_who_asked_rates_the_answer(gateway: RunningGateway, supervisor: Supervisor, name: str) -> None:
    job_id = await answered(gateway, supervisor, name, "how many?")

    async def kept() -> list[tuple[str | None, str]]:
        _, found = await gateway.json("GET", f"/api/conversations/{name}")
        _, record = await gateway.json("GET", f"/api/jobs/{job_id}")
        return [(one["verdict"], one["comment"]) for one in (found["jobs"][0], record)]

    assert await kept() == [(None, "")] * 2
    assert await rate(gateway, job_id, {"verdict": "down", "comment": " wrong\n year "}) == (204, None)
    assert await kept() == [("down", "wrong year")] * 2
    assert await rate(gateway, job_id, {"verdict": None, "comment": "x"}) == (204, None)
    assert await kept() == [(None, "")] * 2
    bodies: list[Any] = [{}, {"verdict": "left"}, {"verdict": "up", "comment": "x" * 501}, {"verdict": "up", "by": "x"}]
    for body in bodies:
        status, error = await rate(gateway, job_id, body)
        assert (status, error["code"]) == (400, "bad_request"), body
    up = {"verdict": "up"}
    assert [(await rate(gateway, job_id, up, user))[1]["code"] for user in ("bob", "ops")] == ["not_found", "forbidden"]
    running = await ask(gateway, name, "go", "sleeps")
    await supervisor.until(running, Status)
    assert (await rate(gateway, running, up))[1]["code"] == "not_ended"
    await supervisor.stop(running)
    await supervisor.events(running)
    assert await rate(gateway, running, up) == (204, None)
