"""Questions that are kept to be asked again: with values, on a board, and by their owner alone."""

from typing import Any

import pytest

from tests.harness.gateways import RunningGateway
from tests.harness.servers import Supervisor

pytestmark = pytest.mark.asyncio(loop_scope="module")

CITY = {"name": "city", "kind": "text", "default": "O'Hare"}


async def save(gateway: RunningGateway, name: str, query: str, **more: Any) -> dict[str, Any]:
    status, saved = await gateway.json("POST", "/api/saved", json={"name": name, "query": query, **more})
    assert status == 201, saved
    return dict(saved)


async def listed(gateway: RunningGateway, user: str = "ann") -> dict[str, dict[str, Any]]:
    _, found = await gateway.json("GET", "/api/saved", user)
    return {one["saved_id"]: one for one in found["saved"]}


async def code(gateway: RunningGateway, method: str, path: str, user: str = "ann", **given: Any) -> str | None:
    async with gateway.request(method, path, user, **given) as answer:
        return (await answer.json())["code"] if answer.status >= 400 else None


async def run(gateway: RunningGateway, supervisor: Supervisor, **body: Any) -> Any:
    status, job = await gateway.json("POST", "/api/jobs", json={"agent": "parquet", **body})
    if status == 202:
        await supervisor.events(job["job_id"])
    return job


async def test_a_statement_is_asked_again_with_a_value(gateway: RunningGateway, supervisor: Supervisor) -> None:
    statement = "select {city} as city, length({city}) as letters"
    saved = await save(gateway, "letters", statement, statement=True, agent="parquet", parameters=[CITY])
    path = f"/api/saved/{saved['saved_id']}/question"
    _, plain = await gateway.json("POST", path, json={})
    assert plain == {
        "query": "select 'O''Hare' as city, length('O''Hare') as letters",
        "agent": "parquet",
        "model": "",
    }
    _, filled = await gateway.json("POST", path, json={"values": {"city": "' || version() || '"}})
    job = await run(gateway, supervisor, query=filled["query"])
    async with gateway.request("GET", f"/api/jobs/{job['job_id']}/result.json") as answer:
        assert (await answer.json())["rows"] == [["' || version() || '", 19]]
    for values, expected in (({"town": "x"}, "bad_request"), ({"city": "x" * 1001}, "bad_request")):
        assert await code(gateway, "POST", path, json={"values": values}) == expected


async def test_a_run_on_the_board_is_the_latest_and_its_conversation_in_no_list(
    gateway: RunningGateway, supervisor: Supervisor
) -> None:
    saved = await save(gateway, "one", "select 1 as one", statement=True, agent="parquet")
    key = saved["saved_id"]
    names = {"session_id": "board-1", "conversation_id": "of-the-board"}
    await run(gateway, supervisor, query="select 1 as one", saved=key, **names)
    latest = (await listed(gateway))[key]["latest"]
    assert {name: latest[name] for name in names} == names
    for query in ("select 2 as one", "select 1 as one "):
        assert (await run(gateway, supervisor, query=query, saved=key))["code"] == "bad_request"
    assert (await run(gateway, supervisor, query="select 1 as one", saved="none"))["code"] == "not_found"
    assert await in_lists(gateway) == []
    status, shown = await gateway.json("GET", "/api/conversations/of-the-board")
    assert (status, [job["query"] for job in shown["jobs"]]) == (200, ["select 1 as one"])
    await run(gateway, supervisor, query="select 3 as three", conversation_id="of-the-board")
    assert await in_lists(gateway) == ["of-the-board"], "asked in by hand"
    renamed = {"name": "uno", "query": "select 1 as one", "statement": True, "agent": "parquet", "refresh_minutes": 5}
    _, changed = await gateway.json("PUT", f"/api/saved/{key}", json=renamed)
    assert (changed["name"], changed["refresh_minutes"], changed["latest"]) == ("uno", 5, latest)
    await gateway.json("PUT", f"/api/saved/{key}", json={**renamed, "query": "select 2 as one"})
    assert (await listed(gateway))[key]["latest"] is None, "it asks something else"


async def in_lists(gateway: RunningGateway) -> list[str]:
    _, found = await gateway.json("GET", "/api/conversations")
    return [one["conversation_id"] for one in found["conversations"] if one["conversation_id"] == "of-the-board"]


async def test_the_board_is_an_order(gateway: RunningGateway) -> None:
    keys = [(await save(gateway, f"tile {number}", f"select {number}", statement=True))["saved_id"] for number in "123"]

    async def arranged(*wanted: str) -> dict[str, int | None]:
        _, found = await gateway.json("PUT", "/api/board", json={"saved_ids": wanted})
        return {one["saved_id"]: one["place"] for one in found["saved"] if one["saved_id"] in keys}

    one, two, three = keys
    assert await arranged(three, one) == {one: 1, two: None, three: 0}
    assert await arranged(two, three, one) == {one: 2, two: 0, three: 1}
    assert await code(gateway, "PUT", "/api/board", json={"saved_ids": [one, "unknown"]}) == "not_found"
    assert await code(gateway, "PUT", "/api/board", json={"saved_ids": [f"{n}" for n in range(31)]}) == "quota"
    assert await code(gateway, "PUT", "/api/board", "bob", json={"saved_ids": [one]}) == "not_found"
    async with gateway.request("DELETE", f"/api/saved/{two}") as answer:
        assert answer.status == 204
    assert await arranged(one) == {one: 0, three: None}


async def test_a_saved_question_is_its_owners_alone(gateway: RunningGateway) -> None:
    key = (await save(gateway, "mine", "how many flights"))["saved_id"]
    for user in ("bob", "ops"):
        assert key not in await listed(gateway, user)
        assert await code(gateway, "DELETE", f"/api/saved/{key}", user) == "not_found"
        assert await code(gateway, "POST", f"/api/saved/{key}/question", user, json={}) == "not_found"
        body = {"name": "mine", "query": "how many flights"}
        assert await code(gateway, "PUT", f"/api/saved/{key}", user, json=body) == "not_found"
        asked = {"query": "how many flights", "saved": key}
        assert await code(gateway, "POST", "/api/jobs", user, json=asked) == "not_found"
    assert key in await listed(gateway)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"name": "Taken"}, "name_taken"),
        ({"name": "  "}, "bad_request"),
        ({"name": "x" * 101}, "bad_request"),
        ({"query": " "}, "bad_request"),
        ({"query": "x" * 20_001}, "bad_request"),
        ({"query": "flights to {city}"}, "bad_request"),
        ({"query": "select '{city}'", "statement": True, "parameters": [CITY]}, "bad_request"),
        ({"agent": "nobody"}, "bad_request"),
        ({"model": "none-such"}, "bad_request"),
        ({"refresh_minutes": 2}, "bad_request"),
        ({"owner": "bob"}, "bad_request"),
        ({"parameters": [{"name": "a", "kind": "colour"}]}, "bad_request"),
    ],
)
async def test_what_cannot_be_saved_is_refused(gateway: RunningGateway, changes: Any, expected: str) -> None:
    if "taken" not in {one["name"] for one in (await listed(gateway)).values()}:
        await save(gateway, "taken", "how many flights")
    body = {"name": "new", "query": "how many flights", **changes}
    assert await code(gateway, "POST", "/api/saved", json=body) == expected
