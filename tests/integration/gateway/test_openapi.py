"""The OpenAPI document tells the truth: held to real answers, and by a program that tries whatever it allows."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import pytest_asyncio

from bus.contract.vocabulary import Role
from bus.wire.commands import Caller
from gateway.app import routes
from gateway.http_api.openapi import plain_path
from tests.harness.gateways import TOKENS, RunningGateway, running_gateway
from tests.harness.servers import ROOT, Supervisor, running_supervisor
from tests.harness.zoo import zoo_settings

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Of the zoo only those that end: every agent that the document names is asked something.
SETTINGS: dict[str, Any] = {"agents.echoes": zoo_settings()["agents.echoes"], "agent.default": "echoes"}
WITH_A_SLEEPER = {**SETTINGS, "agents.sleeps": zoo_settings()["agents.sleeps"]}
ANN = Caller("ann", Role.USER)
TRIED_WITHIN_S = 200.0
ASKS = ROOT / "tests" / "programs" / "clients" / "asks_by_a_generated_client.py"
CONNECTION = {"/ws", "/api/connection", "/api/connection/{connection_id}"}
OUTSIDE_THE_DOCUMENT = {
    "/socket.io/socket.io.js",
    *CONNECTION,
    "/api/openapi.json",
    "/",
    "/assets/{name}",
    "/s/{share_id}",
    "/signin",
    "/signout",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def supervisor(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Supervisor]:
    async with running_supervisor(tmp_path_factory.mktemp("gateway"), WITH_A_SLEEPER) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(supervisor: Supervisor) -> AsyncIterator[RunningGateway]:
    async with running_gateway(supervisor.state_dir, SETTINGS) as running:
        yield running


class Checked:
    """Requests whose answers must be what the document says."""

    def __init__(self, gateway: RunningGateway, document: dict[str, Any]) -> None:
        self._gateway = gateway
        self._document = document
        self.seen: set[tuple[str, str]] = set()

    async def __call__(self, method: str, path: str, expect: int, *, template: str = "", **given: Any) -> Any:
        operation = self._document["paths"][template or path][method.lower()]
        async with self._gateway.request(method, path, **given) as answer:
            assert answer.status == expect, await answer.text()
            said = operation["responses"][str(answer.status)]
            self.seen.add((method, template or path))
            if "content" not in said:
                assert not await answer.read()
                return None
            schema = said["content"][answer.content_type].get("schema")
            if schema is None:
                return await answer.read()
            body = await answer.json()
        jsonschema_rs.validate({**schema, "components": self._document["components"]}, body)
        return body


async def test_every_address_stands_in_the_document(gateway: RunningGateway) -> None:
    _, document = await gateway.json("GET", "/api/openapi.json")
    described = {
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods if method != "head"
    }
    served = {(route.method, plain_path(route.path)) for route in routes()}
    assert described == {(method, path) for method, path in served if path not in OUTSIDE_THE_DOCUMENT}
    assert (await gateway.json("GET", "/api/openapi.json", None))[0] == 401
    question = document["components"]["schemas"]["Query"]["properties"]
    assert question["agent"]["enum"][0] == "echoes"
    assert "history" not in question["agent"]["enum"]


async def test_real_answers_are_what_it_says(gateway: RunningGateway, supervisor: Supervisor) -> None:
    _, document = await gateway.json("GET", "/api/openapi.json")
    check = Checked(gateway, document)
    job, conversation = "/api/jobs/{job_id}", "/api/conversations/{conversation_id}"
    asked = {"query": "go", "conversation_id": "c1", "agent": "echoes"}
    sleeper = await supervisor.running("sleeps", session_id="s", caller=ANN, conversation_id="c2")
    ended = (await check("POST", "/api/jobs", 202, json=asked))["job_id"]
    await supervisor.events(ended)
    statement = {"query": "select 1 as one", "agent": "sql", "session_id": "s-sql"}
    rows = (await check("POST", "/api/jobs", 202, json=statement))["job_id"]
    await supervisor.events(rows)
    await check("POST", "/api/jobs", 400, json={"query": " "})
    for job_id in (sleeper, ended, rows):
        await check("GET", f"/api/jobs/{job_id}", 200, template=job)
    await check("GET", "/api/jobs", 200, params={"all": "1"})
    await check("GET", f"/api/jobs/{ended}/events", 200, template=f"{job}/events")
    await check("GET", f"/api/jobs/{ended}/events", 204, template=f"{job}/events", params={"after": "1000"})
    for kind in ("json", "csv", "parquet"):
        await check("GET", f"/api/jobs/{rows}/result.{kind}", 200, template=f"{job}/result.{{format}}")
    await check("GET", f"/api/jobs/{sleeper}/result.csv", 409, template=f"{job}/result.{{format}}")
    await check("PUT", f"/api/jobs/{rows}/rating", 204, template=f"{job}/rating", json={"verdict": "up"})
    made = await check("POST", "/api/shares", 201, json={"job_ids": [rows]})
    share, one_share = "/api/shares/{share_id}", f"/api/shares/{made['share_id']}"
    await check("GET", "/api/shares", 200)
    await check("GET", one_share, 200, template=share)
    await check("GET", f"{one_share}/jobs/{rows}/events", 200, template=f"{share}/jobs/{{job_id}}/events")
    await check("DELETE", one_share, 204, template=share)
    await check("GET", "/api/conversations", 200)
    await check("GET", "/api/conversations/c2", 200, template=conversation)
    await check("DELETE", "/api/conversations/c2", 409, template=conversation)
    await check("DELETE", f"/api/jobs/{sleeper}", 200, template=job, params={"reason": "enough"})
    await check("DELETE", f"/api/jobs/{sleeper}", 409, template=job)
    await check("GET", f"/api/jobs/{sleeper}", 200, template=job)
    await check("PATCH", "/api/conversations/c1", 200, template=conversation, json={"title": "Other"})
    await check("DELETE", "/api/conversations/c1", 204, template=conversation)
    await check("GET", "/api/catalog", 200)
    for path in ("/healthz", "/readyz"):
        await check("GET", path, 200)
    await check("GET", "/api/stats", 200, user="ops")
    await check("GET", "/api/stats", 403)
    await check("POST", "/api/drain", 403)
    for method in ("POST", "DELETE"):
        await check(method, "/api/nodes/none/drain", 403, template="/api/nodes/{name}/drain")
        await check(method, "/api/nodes/none/drain", 404, template="/api/nodes/{name}/drain", user="ops")
    await _check_saved(check)
    await _check_files(check)
    every = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert every - check.seen <= {("GET", "/metrics")}


async def _check_saved(check: Checked) -> None:
    name = {"name": "city", "kind": "text", "default": "Rome"}
    body = {"name": "kept", "query": "flights to {city}", "parameters": [name]}
    key = (await check("POST", "/api/saved", 201, json=body))["saved_id"]
    await check("POST", "/api/saved", 409, json=body)
    one, template = f"/api/saved/{key}", "/api/saved/{saved_id}"
    await check("PUT", one, 200, template=template, json={**body, "refresh_minutes": 5})
    await check("POST", f"{one}/question", 200, template=f"{template}/question", json={"values": {"city": "Oslo"}})
    await check("PUT", "/api/board", 200, json={"saved_ids": [key]})
    await check("GET", "/api/saved", 200)
    await check("DELETE", one, 204, template=template)
    await check("DELETE", one, 404, template=template)


async def _check_files(check: Checked) -> None:
    name, body = {"name": "own.csv"}, b"n\n1\n"
    await check("POST", "/api/files", 201, params=name, data=body)
    await check("POST", "/api/files", 422, params=name, data=b"")
    await check("POST", "/api/files", 400, params={"name": "own.exe"}, data=body)
    await check("GET", "/api/files", 200)
    await check("DELETE", "/api/files/own.csv", 204, template="/api/files/{name}")
    await check("DELETE", "/api/files/own.csv", 404, template="/api/files/{name}")


async def test_a_client_that_a_generator_makes_of_it_asks_and_stops(
    gateway: RunningGateway, supervisor: Supervisor, tmp_path: Path
) -> None:
    sleeper = await supervisor.running("sleeps", session_id="s-made", caller=ANN)
    _, document = await gateway.json("GET", "/api/openapi.json")
    (tmp_path / "document.json").write_text(json.dumps(document))
    (tmp_path / "options.yml").write_text("post_hooks: []\n")
    await output_of(
        *("openapi-python-client", "generate", "--path", "document.json", "--config", "options.yml"),
        *("--meta", "none", "--output-path", "made", "--fail-on-warning"),
        folder=tmp_path,
    )
    said = await output_of("python", str(ASKS), gateway.url, TOKENS["ann"], sleeper, folder=tmp_path)
    assert said == "succeeded 1 cancelled True True\n"


async def output_of(program: str, *arguments: str, folder: Path) -> str:
    """What a program of this environment prints, with `folder` on its path of packages."""
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name(program),
        *arguments,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(TRIED_WITHIN_S):
        said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()[-6000:]
    return said.decode()


async def test_nothing_that_it_allows_or_forbids_breaks_the_server(gateway: RunningGateway, tmp_path: Path) -> None:
    """Schemathesis tries generated requests: no 5xx that is not documented, no status, type or body that is not."""
    await output_of(
        *("schemathesis", "run", f"{gateway.url}/api/openapi.json"),
        *("--header", f"Authorization: Bearer {TOKENS['ann']}", "--request-timeout", "60"),
        *("--phases", "coverage,fuzzing", "--max-examples", "10", "--seed", "1", "--no-shrink"),
        # Which sessions, jobs and agents exist is not in the schema: what fits it may still be refused.
        *("--checks", "all", "--exclude-checks", "positive_data_acceptance", "--warnings", "off"),
        folder=tmp_path,
    )
    assert await gateway.json("GET", "/healthz") == (200, {"ok": True})
