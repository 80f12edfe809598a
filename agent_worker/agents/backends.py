"""What a worker sets up before it knows its question: the engine, and the model if there is one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from agent_worker.context import AgentContext, AgentError
from agent_worker.engine.core import Engine
from agent_worker.engine.settings import EngineSettings
from agent_worker.llm.errors import BudgetExceeded, ModelError
from agent_worker.llm.meter import CallLimits, Meter
from agent_worker.llm.settings import ModelSettings
from bus.contract.settings import LlmSettings
from bus.contract.vocabulary import Reason
from bus.wire.worker import JobSpec

if TYPE_CHECKING:
    from agent_worker.llm.client import ModelClient


@dataclass(slots=True)
class Backends:
    """The engine and the model of one job. `model` is None where neither a key nor a server is set."""

    engine: Engine
    model: "ModelClient | None"


def set_up(context: AgentContext) -> Backends:
    """Connect the engine and make the model's client; `context.usage` tells what the model has used."""
    model = make_model(context)
    return Backends(Engine(engine_settings(context)), model)


def make_model(context: AgentContext) -> "ModelClient | None":
    """The model's client, whose meter is `context.usage` from here on."""
    settings = model_settings(context.settings.llm)
    if settings is None:
        return None
    from agent_worker.llm.client import ModelClient  # not above: it takes longer to load than all the rest

    limits = context.settings.agent
    meter = Meter(
        settings.price,
        CallLimits(limits.max_model_calls, limits.max_output_tokens, limits.max_cost_usd or None),
        context.usage_changed,
    )
    context.usage = meter.usage
    return ModelClient(settings, meter, context.emit)


@contextmanager
def model_failures() -> Iterator[None]:
    """What can go wrong with a model, as the error of the agent."""
    try:
        yield
    except ModelError as error:
        raise AgentError(
            error.message, code=error.code, hint=error.hint, retryable=error.retryable, reason=Reason.LLM_ERROR
        ) from error
    except BudgetExceeded as error:
        hint = "ask a smaller question, or raise the budget in [agent]"
        raise AgentError(f"The budget is used up: {error}.", code="budget", hint=hint, reason=Reason.BUDGET) from error


def hold_to(model: "ModelClient", job: JobSpec) -> None:
    """What is known with the job only: which model it asks, what is reserved for it of the user's day, and what others
    have found out about the model."""
    model.use(job.options.model)
    model.meter.limits = msgspec.structs.replace(model.meter.limits, left_of_day_usd=job.max_cost_usd)
    model.know(job.model_notes)


def engine_settings(context: AgentContext) -> EngineSettings:
    settings = context.settings
    return EngineSettings(
        scratch=str(context.scratch),
        threads=settings.worker.threads,
        memory_limit_bytes=settings.worker.engine_memory_bytes,
        max_temp_bytes=settings.limits.max_scratch_bytes,
        max_execution_s=settings.limits.max_runtime_s or 86_400.0,
        broker=context.data.broker,
    )


def model_settings(llm: LlmSettings) -> ModelSettings | None:
    """How the model is reached; None without a key and without a server of one's own."""
    key = os.environ.get(llm.api_key_env, "")
    if not key and not llm.base_url:
        return None
    return ModelSettings.of(llm, key)
