"""`deadstop show --timeline`: what a job did when, with a model's calls and with a stop."""

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.cli_runner import Server, deadstop, job, serving
from tests.fakes.messages_server import MessagesServer
from tests.fakes.scripts import flights


@pytest.fixture(scope="module")
def model_url() -> Iterator[str]:
    """A model's server in a thread of its own."""
    loop, ready, found = asyncio.new_event_loop(), threading.Event(), []

    async def run(stop: asyncio.Event) -> None:
        async with MessagesServer(flights(words=20, delay_s=0.01)) as server:
            found.append(server.url)
            ready.set()
            await stop.wait()

    stop = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(run(stop),))
    thread.start()
    assert ready.wait(60)
    yield found[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join(60)
    loop.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, model_url: str) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("served"), config=f'[llm]\nbase_url = "{model_url}"\n') as running:
        yield running


def spans(folder: Path, job_id: str, target: list[str]) -> list[dict[str, Any]]:
    done = deadstop(folder, "show", job_id, "--timeline", "--json", *target)
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(set(span) == {"name", "start_ms", "end_ms", "detail", "depth"} for span in found)
    assert all(0 <= span["start_ms"] <= span["end_ms"] for span in found)
    return found


def test_nodes_calls_and_statement(server: Server, target: list[str]) -> None:
    asked = server.run("ask", "flights per carrier", "--json")
    assert asked.returncode == 0, asked.stderr
    job_id = json.loads(asked.stdout.splitlines()[0])["data"]["job_id"]
    found = spans(server.folder, job_id, target)
    names = [(span["name"], span["depth"]) for span in found]
    assert names == [
        *(("queue", 0), ("start", 0), ("planner", 0), ("model", 1), ("executor", 0), ("sql", 1), ("rows", 1)),
        *(("answer", 0), ("model", 1), ("text", 1)),
    ]
    assert found[5]["detail"].startswith("SELECT carrier, count(*)")
    assert found[3]["end_ms"] - found[3]["start_ms"] > 1
    drawn = deadstop(server.folder, "show", job_id[:8], "--timeline", *target)
    assert [line.split()[0] for line in drawn.stdout.splitlines()] == [name for name, _ in names]


def test_a_stop_and_a_job_that_lives(server: Server, target: list[str]) -> None:
    with job(server, "ignores_signals") as (job_id, _):
        assert [span["name"] for span in spans(server.folder, job_id, target)] == ["queue", "start"]
        assert deadstop(server.folder, "kill", job_id, *target).returncode == 0
    names = [span["name"] for span in spans(server.folder, job_id, target)]
    assert names == ["queue", "start", "stop", "cancel", "terminate", "kill"]
