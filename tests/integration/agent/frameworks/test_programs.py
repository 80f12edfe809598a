"""Agents that are programs: those of `examples/`, and some that say wrong things."""

import contextlib
import json
import re
import sys
from collections.abc import AsyncIterator
from typing import Any

import psutil
import pytest
import pytest_asyncio

from bus.contract.events import Clarification, Progress, Status, TableRows
from bus.contract.vocabulary import Proof, Reason, Rung
from tests.harness.asking import ask, until_answering, until_catalog
from tests.harness.jobs.graces import ENDING_ON
from tests.harness.jobs.stopping import ended
from tests.harness.servers import ROOT, Supervisor, eventually, is_gone, running_supervisor

pytestmark = pytest.mark.asyncio(loop_scope="module")

EXAMPLES = str(ROOT / "examples")
NODE = {"command": ["node", "bytes.mjs"], "folder": EXAMPLES}
BASH = {"command": ["bash", "folders.sh"], "folder": EXAMPLES, "programs": ["du", "sleep"]}
SLOWLY = {"options": {"pause_s": 3600}}

SAYS = """
import json, os, sys, time

job = json.loads(sys.stdin.readline())
words = job["query"]


def say(**event):
    print(json.dumps(event), flush=True)


def text(chunk):
    say(type="response_chunk", field="response", chunk=chunk)


if words == "deaf":
    import signal, subprocess

    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = subprocess.Popen([sys.executable, "-S", "-c", "import signal; signal.pause()"], start_new_session=True)
    say(type="status", message=f"pid {os.getpid()} {child.pid}")
    time.sleep(3600)
if words == "job":
    del job["catalog"]
    text(json.dumps(job))
    print("to standard error", file=sys.stderr)
if words == "usage":
    say(type="usage", model_calls=2, input_tokens=300, output_tokens=40, cost_usd=0.25)
    text("Dear.")
if words == "clarification":
    say(type="clarification", question="Which one?", suggestions=["this", "that"])
if words == "error":
    text("So far.")
    say(type="error", error="The warehouse is closed.", code="closed", hint="ask at nine", retryable=False)
    time.sleep(3600)
if words == "strays":
    for number in range(1000):
        print(f"debug {number}")
    print(json.dumps({"type": "complete", "result": {}}))
    text("Still an answer.")
if words == "broken":
    text("Before.")
    print('{"type": "table_rows", "rows": [[NaN]]}', flush=True)
    time.sleep(3600)
if words == "misnamed":
    say(type="status", text="no message")
if words == "long":
    sys.stdout.write("x" * 17_000_000)
if words == "wrong value":
    say(type="table_schema", columns=[{"name": "day", "type": "DATE"}])
    say(type="table_rows", rows=[["2013-02-30"]])
if words == "status":
    text("Half.")
    sys.exit(3)
if words == "reaches":
    try:
        open("/etc/passwd").read()
    except OSError as error:
        text(f"{error.strerror}; {sorted(set(os.environ) - {'PATH', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ'})}")
if words == "leaves a child":
    import subprocess

    text("All. ")
    subprocess.Popen([sys.executable, "-S", "-c", "import signal; signal.pause()"])
if words == "flood":
    text("Begun.")
    while True:
        sys.stdout.write("\\n" * 60000)
if words == "no end":
    sys.stdout.write(json.dumps({"type": "response_chunk", "field": "response", "chunk": "No line's end."}))
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def supervisor(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Supervisor]:
    folder = tmp_path_factory.mktemp("agents")
    (folder / "says.py").write_text(SAYS)
    says: dict[str, Any] = {"command": [sys.executable, "says.py"], "folder": str(folder), "options": {"unit": "C"}}
    agents = {
        "agents.bytes": NODE,
        "agents.slow_bytes": NODE | SLOWLY,
        "agents.folders": BASH,
        "agents.slow_folders": BASH | SLOWLY,
        "agents.says": says,
        "agents.missing": {"command": ["no-such-program"], "folder": str(folder)},
    }
    async with running_supervisor(tmp_path_factory.mktemp("s"), agents | ENDING_ON[Rung.CANCEL]) as running:
        await until_catalog(running)
        yield running


async def test_one_in_javascript(supervisor: Supervisor) -> None:
    job = await ask(supervisor, "how large?", "bytes")
    assert job.response.startswith("Looking at 5 tables.\n\n- **airlines** has "), job.record.stderr
    sizes = {file.stem: file.stat().st_size for file in (ROOT / "agent_worker/sample_data").glob("*.parquet")}
    assert job.rows == [[name, size] for name, size in sorted(sizes.items())]
    assert [event.fraction for event in job.events if isinstance(event, Progress)] == [0.2, 0.4, 0.6, 0.8, 1.0]


async def test_one_in_bash(supervisor: Supervisor) -> None:
    job = await ask(supervisor, "what is there?", "folders")
    assert job.response == "That is all."
    assert [file for file, _ in job.rows] == [
        f"{n}.parquet" for n in ("airlines", "airports", "flights", "planes", "weather")
    ]


async def test_they_stop_at_the_first_rung(supervisor: Supervisor) -> None:
    await stop_in_mid_stream(supervisor, "slow_bytes", {"node"})
    await stop_in_mid_stream(supervisor, "slow_folders", {"bash", "sleep"})


async def stop_in_mid_stream(supervisor: Supervisor, agent: str, programs: set[str]) -> None:
    """Stop it after its first row, when these programs run beneath the worker; all of them are gone at the end."""
    job_id = await supervisor.submit("go", agent)
    await supervisor.until(job_id, TableRows)
    worker = (await supervisor.record(job_id)).summary.pid
    assert worker is not None
    await eventually(lambda: programs <= set(beneath_of(worker).values()), f"{programs} never ran")
    beneath = beneath_of(worker)
    await supervisor.stop(job_id)
    job = await ended(supervisor, job_id)
    assert [pid for pid in (worker, *beneath) if not is_gone(pid)] == []
    assert (job.killed.rung, job.killed.usage.rows) == (Rung.CANCEL, 1)
    assert job.killed.proof in (Proof.SWEPT, Proof.CGROUP)


def beneath_of(worker: int) -> dict[int, str]:
    """The names of the processes beneath a worker, by their ids."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return {process.pid: process.name() for process in psutil.Process(worker).children(recursive=True)}
    return {}


async def test_one_that_is_deaf_goes_with_all_it_has_started(supervisor: Supervisor) -> None:
    job_id = await supervisor.running("says", "deaf")
    (said,) = [event for event in await supervisor.until(job_id, Status) if isinstance(event, Status)]
    pids = [int(word) for word in said.message.split()[1:]]
    assert [is_gone(pid) for pid in pids] == [False, False]
    await supervisor.stop(job_id, Rung.TERMINATE)
    job = await ended(supervisor, job_id)
    assert job.killed.rung in (Rung.TERMINATE, Rung.KILL)
    assert [is_gone(pid) for pid in pids] == [True, True]


async def test_what_it_is_given(supervisor: Supervisor) -> None:
    job = await ask(supervisor, "job", "says", user_clarification="the second one")
    given = json.loads(job.response)
    assert given.pop("data_folder") == str(ROOT / "agent_worker/sample_data")
    scratch = given.pop("scratch")
    assert scratch.startswith("/")
    assert given.pop("conversation_folder").startswith(f"{scratch}/")
    assert given == {
        "type": "job", "version": 1, "job_id": job.record.summary.job_id, "user": "tester", "query": "job",
        "user_clarification": "the second one", "conversation": [], "options": {"unit": "C"}, "max_rows": 1_000_000,
        "max_cost_usd": given["max_cost_usd"],
    }  # fmt: skip
    assert job.record.stderr == "to standard error"


async def test_usage_and_questions_back(supervisor: Supervisor) -> None:
    usage = (await ask(supervisor, "usage", "says")).result.usage
    assert (usage.model_calls, usage.input_tokens, usage.output_tokens, usage.cost_usd) == (2, 300, 40, 0.25)
    asking = await ask(supervisor, "clarification", "says")
    assert asking.result.clarification == Clarification("Which one?", ["this", "that"])


async def test_lines_that_are_no_events_are_named_and_passed_over(supervisor: Supervisor) -> None:
    job = await ask(supervisor, "strays", "says")
    assert job.response == "Still an answer."
    assert len(job.warnings) == 11
    assert job.warnings[0] == "Line 1 of the agent's output is no event and was passed over: debug 0"
    assert (await ask(supervisor, "no end", "says")).response == "No line's end."


async def test_it_ends_with_the_program_itself(supervisor: Supervisor) -> None:
    assert (await ask(supervisor, "leaves a child", "says")).response == "All. "


async def test_a_stop_is_heard_however_much_it_writes(supervisor: Supervisor) -> None:
    job_id = await supervisor.submit("flood", "says")
    await until_answering(supervisor, job_id)
    await supervisor.stop(job_id, Rung.TERMINATE)
    assert (await ended(supervisor, job_id)).response == "Begun."


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        ("error", "closed", "The warehouse is closed."),
        ("broken", "bad_line", "Line 2 of the agent's output is no event: JSON is malformed"),
        ("misnamed", "bad_line", "missing required field `message`"),
        ("long", "bad_line", "Line 1 of the agent's output is longer than 16,777,216 bytes."),
        ("wrong value", "bad_line", "'2013-02-30' in column 'day' is no DATE"),
        ("status", "program_failed", "The agent's program ended with status 3."),
    ],
)
async def test_how_it_fails(supervisor: Supervisor, words: str, code: str, error: str) -> None:
    job = await ask(supervisor, words, "says")
    assert (job.failed.code, job.record.summary.reason) == (code, Reason.AGENT_ERROR)
    assert error in job.failed.error


async def test_it_is_sandboxed(supervisor: Supervisor) -> None:
    job = await ask(supervisor, "reaches", "says")
    assert job.response.startswith("Permission denied; ['"), job.events
    assert not re.search("KEY|TOKEN|DEADSTOP", job.response)


async def test_a_program_that_there_is_not(supervisor: Supervisor) -> None:
    job = await ask(supervisor, "go", "missing")
    assert job.failed.error.startswith("The agent's program 'no-such-program' cannot be started: there is no such")
