"""Whether the model answers, and what its server can do. Only where one is configured."""

import asyncio
import importlib
import os
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import msgspec

from bus.contract.models import has_model
from bus.contract.settings import Settings
from ops.checks.finding import Finding, Level, ok, problem

ANSWER_WITHIN_S = 5.0
EXAMINE_WITHIN_S = 120.0


async def model(settings: Settings) -> Finding:
    """Asks the model for one token, and says whether it came."""
    llm = settings.llm
    if not has_model(llm, os.environ):
        return ok("model", f"none ({llm.api_key_env} is not set): the offline planner answers")
    reached = _reached(settings, ANSWER_WITHIN_S)
    examined = _examine(reached)  # what that loads is none of the model's time
    began = time.monotonic()
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S), aclosing(examined) as abilities:
            first = await anext(abilities)
            if not first.there:
                return problem("model", f"{llm.model}: {first.found}", first.todo)
    except TimeoutError:
        words = f"{llm.model} at {reached.root_url} did not answer within {ANSWER_WITHIN_S:g} s"
        return problem("model", words, "check that its server runs and is not overloaded")
    ms = (time.monotonic() - began) * 1000
    return ok("model", f"{llm.model} at {reached.root_url} answers in {ms:.0f} ms")


async def examination(settings: Settings) -> AsyncGenerator[Finding, None]:
    """What the model's server can do of what is needed, one finding each."""
    llm = settings.llm
    if not has_model(llm, os.environ):
        yield problem("model", "none is configured", f"set {llm.api_key_env}, or [llm] base_url")
        return
    levels = {True: Level.OK, None: Level.WARNING, False: Level.PROBLEM}
    reached = _reached(settings, llm.read_timeout_s)
    try:
        async with asyncio.timeout(EXAMINE_WITHIN_S), aclosing(_examine(reached)) as abilities:
            async for name, there, found, todo in abilities:
                yield Finding(name, levels[there], found, todo)
    except TimeoutError:
        yield problem("model", f"it was not done within {EXAMINE_WITHIN_S:g} s", "use a faster model, or server")


def _reached(settings: Settings, read_timeout_s: float) -> Any:
    # By name: programs do not import each other, but the agent knows how a model is reached and what its errors mean.
    llm = settings.llm
    key = os.environ.get(llm.api_key_env, "")
    reached = importlib.import_module("agent_worker.llm.settings").ModelSettings.of(llm, key)
    connect_timeout_s = min(llm.connect_timeout_s, read_timeout_s)
    return msgspec.structs.replace(reached, read_timeout_s=read_timeout_s, connect_timeout_s=connect_timeout_s)


def _examine(reached: Any) -> AsyncGenerator[Any, None]:
    examine: AsyncGenerator[Any, None] = importlib.import_module("agent_worker.llm.examination").examine(reached)
    return examine
