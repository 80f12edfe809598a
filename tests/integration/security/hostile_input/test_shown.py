"""Cells and names that steer a terminal or a spreadsheet, in every output there is."""

import csv
import io
import json

import pytest
import pytest_asyncio

from tests.harness.gateways import RunningGateway
from tests.harness.servers import OPERATOR, Supervisor

pytestmark = pytest.mark.asyncio(loop_scope="module")

STEERING = "\u202e\u2066\u200f\x85\x9b\x7f\u2028"
HOSTILE = "=1+1 \u202efdp.exe\u2066 \x9b31m \x85 \x7f \u2028 \u200f"
QUESTION = f"SELECT '{HOSTILE}' AS \"{HOSTILE}\", -1 AS n"


def steering(text: str) -> list[str]:
    return [ascii(sign) for sign in STEERING if sign in text]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def job_id(supervisor: Supervisor) -> str:
    job_id = await supervisor.submit(QUESTION, "sql", session_id="hostile", caller=OPERATOR)
    await supervisor.events(job_id)
    return job_id


async def test_json_says_the_same_and_steers_nothing(gateway: RunningGateway, job_id: str) -> None:
    for path in ("", "/events", "/result.json"):
        async with gateway.request("GET", f"/api/jobs/{job_id}{path}", "ops") as answer:
            text = await answer.text()
        assert steering(text) == [], path
        assert json.dumps(HOSTILE)[1:-1] in text.replace("\\\\", "\\"), path
    async with gateway.request("GET", f"/api/jobs/{job_id}/result.json", "ops") as answer:
        found = await answer.json()
    assert (found["columns"][0]["name"], found["rows"]) == (HOSTILE, [[HOSTILE, -1]])


async def test_frames_too(gateway: RunningGateway, job_id: str) -> None:
    async with gateway.wire("ops") as wire:
        await wire.send("agent_follow", job_id=job_id)
        texts: list[str] = []
        while not texts or "agent_complete" not in texts[-1]:
            texts.append(str((await wire.socket.receive()).data))
    assert steering("".join(texts)) == []
    assert json.dumps(HOSTILE)[1:-1] in "".join(texts)


async def test_errors_too(gateway: RunningGateway) -> None:
    async with gateway.request("GET", "/api/jobs", "ops", params={"state": HOSTILE}) as answer:
        assert answer.status == 400
        text = await answer.text()
    assert steering(text) == []


@pytest.mark.parametrize(("query", "mark"), [("", ""), ("?safe=0", ""), ("?safe=1", "'"), ("?safe", "'")])
async def test_a_csv_that_is_asked_to_be_safe_holds_no_formula(
    gateway: RunningGateway, job_id: str, query: str, mark: str
) -> None:
    async with gateway.request("GET", f"/api/jobs/{job_id}/result.csv{query}", "ops") as answer:
        assert answer.status == 200
        rows = list(csv.reader(io.StringIO(await answer.text(), newline="")))
    assert rows == [[f"{mark}{HOSTILE}", "n"], [f"{mark}{HOSTILE}", "-1"]]


async def test_safe_is_yes_or_no(gateway: RunningGateway, job_id: str) -> None:
    for kind in ("csv", "json", "parquet"):
        status, error = await gateway.json("GET", f"/api/jobs/{job_id}/result.{kind}?safe=perhaps", "ops")
        assert (status, error["code"]) == (400, "bad_request")
