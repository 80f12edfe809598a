"""Agents of frameworks, run in this process as a worker would."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from agent_worker.context import AgentContext, AgentOutput
from agent_worker.conversation_store import ConversationStore
from agent_worker.runtime.result_builder import MAX_TURN_CHARS
from bus.contract.data_place import DataPlace
from bus.contract.events import Clarification, ResponseChunk, Warn
from bus.contract.settings import AgentDefinition, Settings
from bus.wire.worker import ConversationTurn, JobSpec, KeptTurn
from tests.harness.jobs.outlets import Recorder


class Conversation:
    """Asks an agent of a framework one question after another, each as a job of its own."""

    def __init__(self, kind: ModuleType, target: Any, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        module = ModuleType("of_this_test")
        module.target = target  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "of_this_test", module)
        self._kind = kind
        self._scratch = scratch
        self.turns: list[ConversationTurn] = []
        self.kept = KeptTurn("")
        self.said: list[AgentOutput] = []
        self.warnings: list[str] = []
        self.asked: Clarification | None = None
        self.context: AgentContext | None = None

    def ask(self, question: str, answer: str | None = None, kept: KeptTurn | None = None) -> str:
        """The answer; `kept` is where a branch begins."""
        return asyncio.run(self._ask(question, answer, kept or self.kept))

    async def _ask(self, question: str, answer: str | None, kept: KeptTurn) -> str:
        recorder = Recorder()
        kind = self._kind.__name__.rpartition(".")[2].removesuffix("_agent")
        definition = msgspec.convert({kind: "of_this_test:target"}, AgentDefinition)
        context = AgentContext(Settings(), definition, DataPlace(), self._scratch, recorder)
        self.context = context
        context.store = ConversationStore(kept.store)
        job = JobSpec("j", "alice", question, answer, conversation=self.turns, kept=kept)
        self.said = [said async for said in self._kind.run(job, context)]
        self.warnings = [event.message for event in recorder.events if isinstance(event, Warn)]
        self.asked = context.clarification
        text = words(self.said)
        asks = context.clarification.question if context.clarification else ""
        turn = ConversationTurn(answer or question, answer=text[:MAX_TURN_CHARS], clarification=asks)
        self.turns = [*self.turns, turn]
        self.kept = KeptTurn(turn.question, "", turn.answer, turn.clarification, store=dict(context.store))
        return text


def words(said: Sequence[AgentOutput]) -> str:
    """What of it is the answer."""
    answer = [one.chunk if isinstance(one, ResponseChunk) and one.field == "response" else one for one in said]
    return "".join(one for one in answer if isinstance(one, str))
