"""What the nodes of the Parquet agent hand to each other."""

import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field

from agent_worker.agents.backends import Backends
from agent_worker.context import AgentContext
from agent_worker.llm.prompts.preview import Preview
from agent_worker.llm.prompts.requests import LookRecord, PlanRequest
from agent_worker.plan import Plan, Turn
from bus.contract.catalog import Catalog
from bus.contract.events import Event, Node, ResponseChunk
from bus.wire.worker import JobSpec


@dataclass(slots=True)
class AgentState:
    """One question on its way through planner, executor and answer. `typed_sql`: the person wrote the statement;
    `request`: what a model was asked; `findings`: what it found when it looked at the data;
    `agreement`: how many plans agree with this one, in words."""

    job: JobSpec
    context: AgentContext
    backends: Backends
    catalog: Catalog
    typed_sql: bool = False
    request: PlanRequest | None = None
    findings: list[LookRecord] = field(default_factory=list)
    plan: Plan | None = None
    agreement: str = ""
    preview: Preview | None = None

    @property
    def question(self) -> str:
        """The person's question, with the answer to what the agent had asked back."""
        job = self.job
        return f"{job.question}\n{job.user_clarification}" if job.user_clarification else job.question

    @property
    def history(self) -> tuple[Turn, ...]:
        return tuple(self.job.conversation)


async def node(name: str, events: AsyncGenerator[Event, None]) -> AsyncIterator[Event]:
    """The events of a step, between its start and its end."""
    started = time.monotonic()
    yield Node(name, "started")
    try:
        async with aclosing(events):
            async for event in events:
                yield event
    except Exception:
        yield Node(name, "failed", _ms_since(started))
        raise
    yield Node(name, "finished", _ms_since(started))


def monitor(text: str) -> ResponseChunk:
    """A piece of the prompt monitor."""
    return ResponseChunk("prompt_monitor", text)


def _ms_since(started: float) -> float:
    return round((time.monotonic() - started) * 1000, 1)
