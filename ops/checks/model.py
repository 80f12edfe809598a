"""Whether the model answers. Only where one is configured: a small request, which costs next to nothing."""

import asyncio
import importlib
import os
import time
from typing import Any

import msgspec

from bus.contract.settings import Settings
from ops.checks.finding import Finding, ok, problem

ANSWER_WITHIN_S = 5.0
_NO_KEY = "none"


async def model(settings: Settings) -> Finding:
    """One token from the model."""
    llm = settings.llm
    key = os.environ.get(llm.api_key_env, "")
    if not key and not llm.base_url:
        return ok("model", f"none ({llm.api_key_env} is not set): the offline planner answers")
    # By name: programs do not import each other, but the agent knows how a model is reached and what its errors mean.
    reached = importlib.import_module("agent_worker.llm.settings").ModelSettings.of(llm, key)
    reached = msgspec.structs.replace(reached, read_timeout_s=ANSWER_WITHIN_S, connect_timeout_s=ANSWER_WITHIN_S)
    failures = importlib.import_module("agent_worker.llm.transport.failures")
    began = time.monotonic()
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            await _one_token(reached)
    except failures.CATCH as error:
        known = failures.model_error(error, reached)
        return problem("model", f"{llm.model}: {known.message}", known.hint)
    except TimeoutError:
        words = f"{llm.model} at {reached.root_url} did not answer within {ANSWER_WITHIN_S:g} s"
        return problem("model", words, "check that its server runs and is not overloaded")
    ms = (time.monotonic() - began) * 1000
    return ok("model", f"{llm.model} at {reached.root_url} answers in {ms:.0f} ms")


async def _one_token(reached: Any) -> None:
    from anthropic import AsyncAnthropic

    client = AsyncAnthropic(
        api_key=reached.api_key or _NO_KEY, base_url=reached.root_url, max_retries=0, open_telemetry=False
    )
    question = [{"role": "user", "content": "Say yes."}]
    async with client:
        stream: Any = await client.messages.create(
            model=reached.model,
            max_tokens=1,
            messages=question,  # type: ignore[arg-type]
            stream=True,
        )
        async with stream:
            async for _ in stream:
                pass
