"""What the agent asks of a model: a plan, a repaired plan, an answer in words. Retries are ours and visible."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Container, Sequence
from contextlib import aclosing
from itertools import count

import msgspec

from agent_worker.llm import prompt_monitor
from agent_worker.llm.errors import ModelError
from agent_worker.llm.meter import CHARS_PER_TOKEN, Meter
from agent_worker.llm.prompts.plan_end import MOST_BEFORE, PlanEnd
from agent_worker.llm.prompts.plan_reply import NotAPlan, fits_schema, read_plan
from agent_worker.llm.prompts.requests import (
    AnswerRequest,
    LookRecord,
    Message,
    PlanRequest,
    Prompt,
    Try,
    ValueInTable,
    again_prompt,
    answer_prompt,
    candidate_prompt,
    plan_prompt,
    repair_prompt,
    second_look_prompt,
)
from agent_worker.llm.prompts.tools import ToolTurn, ToolUse, tool_prompt
from agent_worker.llm.retry import trying_again, wait_before
from agent_worker.llm.settings import HOSTED, ModelSettings
from agent_worker.llm.transport.connection import WIRES, Enough, ModelConnection
from agent_worker.llm.transport.failures import plan_too_long
from agent_worker.llm.transport.preload import tls_context
from agent_worker.llm.transport.reply import StreamedReply
from agent_worker.plan import Plan
from bus.contract.events import Event, ModelCall, ResponseChunk, Status

Emit = Callable[[Event], object]
"""Takes an event at once, without waiting."""


TAKES_NO_TOOLS, HOLDS_NO_SCHEMA = "takes no tools", "holds no schema"
SPEAKS_CHAT = "speaks chat completions"

MOST_BEFORE_A_CALL = 2_000
"""Characters that a model may say beside its calls of tools."""


def _silent(_: Event) -> None:
    pass


def _never(_: str) -> bool:
    return False


class ModelClient:
    """A model, for one job. Make it after the fork, within a running loop; `close` it, or use it with `async with`.

    Cancelling the task that waits for any of its methods closes the connection to the server at once. Every method
    raises ModelError, and BudgetExceeded when `meter` has reached a limit. `emit` gets each call's begin and end, the
    pieces of the prompt monitor, and a status where a call is made again.
    """

    def __init__(self, settings: ModelSettings, meter: Meter | None = None, emit: Emit = _silent) -> None:
        self.settings = settings
        self.meter = meter or Meter(settings.price)
        self.refuses_tools = False
        """Whether the server is known to take no tools, or the model to call none."""
        self._emit = emit
        self._connection = ModelConnection(settings, self.meter, tls_context(settings.root_url))
        self._shown_system = ""
        self._shown: tuple[Message, ...] = ()

    async def __aenter__(self) -> "ModelClient":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def use(self, name: str) -> None:
        """Ask the model of this name, before anything is asked; empty is the one of the settings."""
        if name and name != self.settings.model:
            self.settings = msgspec.structs.replace(self.settings, model=name)
            self.meter.price = self.settings.price
            self._connection.use(self.settings)

    @property
    def takes_tools(self) -> bool:
        """Whether to try tools: not where they are switched off, nor where its server is known to take none."""
        return self.settings.tools and not self.refuses_tools

    @property
    def notes(self) -> list[str]:
        """What has been found out about this model of this server, for the questions that follow."""
        connection = self._connection
        speaks = connection.settled and self.settings.wire == "auto" and connection.wire is not WIRES["messages"]
        found = {TAKES_NO_TOOLS: self.refuses_tools, HOLDS_NO_SCHEMA: not connection.holds_schema, SPEAKS_CHAT: speaks}
        return [self._note(what) for what, so in found.items() if so]

    def know(self, notes: Container[str]) -> None:
        """Take what earlier questions have found out."""
        self.refuses_tools = self._note(TAKES_NO_TOOLS) in notes
        self._connection.holds_schema = self._note(HOLDS_NO_SCHEMA) not in notes
        if self.settings.wire == "auto" and self._note(SPEAKS_CHAT) in notes:
            self._connection.take_wire(WIRES["chat"])

    def _note(self, what: str) -> str:
        return f"{self.settings.model[:200]} at {self.settings.root_url[:200]} {what}"

    async def close(self) -> None:
        await self._connection.close()

    async def plan(self, request: PlanRequest) -> Plan:
        """What to do about a question."""
        return await self._plan(plan_prompt(request))

    async def candidate(self, request: PlanRequest, findings: Sequence[LookRecord], number: int) -> Plan:
        """One more plan for a question that has so many already, none of which it is told."""
        return await self._plan(candidate_prompt(request, findings, number))

    async def look(self, request: PlanRequest, exchange: Sequence[Message], *, looks: bool = True) -> ToolTurn:
        """The model's next turn with tools; without `looks` it can only end. Raises ToolsRefused, too."""
        prompt = tool_prompt(request, exchange, looks=looks)
        reply = await self._whole(prompt, MOST_BEFORE_A_CALL)
        blocks = reply.blocks.whole(plain=self._connection.plain)
        uses = (ToolUse(block["id"], block["name"], block["input"]) for block in blocks if block["type"] == "tool_use")
        return ToolTurn(reply.text, tuple(uses), blocks)

    async def repair(self, request: PlanRequest, tries: Sequence[Try]) -> Plan:
        """A new plan after these statements failed, oldest first."""
        return await self._plan(repair_prompt(request, tries))

    async def look_again(self, request: PlanRequest, sql: str, odd: str, near: Sequence[ValueInTable]) -> Plan:
        """A new plan, or the same one, after `sql` ran and gave what is `odd`; `near` are values like those in it."""
        return await self._plan(second_look_prompt(request, sql, odd, near))

    def answer(self, request: AnswerRequest) -> AsyncGenerator[str, None]:
        """The words of the answer as they come, as `words` gives them."""
        return self.words(answer_prompt(request))

    async def words(self, prompt: Prompt) -> AsyncGenerator[str, None]:
        """A reply's words as they come. Leave it through `aclosing`, so that breaking off closes the stream.

        Tried again only while nothing has come: what people have read is never said twice.
        """
        for attempt in count(1):
            begun = False
            reply = self._begin(prompt)
            try:
                async with aclosing(self._attempt(prompt, reply)) as texts:
                    async for text in texts:
                        begun = True
                        yield text
                return
            except ModelError as error:
                if begun:
                    raise
                await self._pause(error, attempt)

    async def _plan(self, prompt: Prompt) -> Plan:
        text = (await self._whole(prompt)).text
        if self._connection.sends_schema and not fits_schema(text):
            self._connection.holds_schema = False  # some servers take a schema and ignore it in silence
        try:
            return read_plan(text)
        except NotAPlan as error:
            self._emit(Status("the model's plan could not be read; asking once more"))
            text = (await self._whole(again_prompt(prompt, text, str(error)))).text
        try:
            return read_plan(text)
        except NotAPlan as error:
            message = f"{self.settings.model} gave no readable plan in 2 tries: {error}"
            hint = "Ask in other words, or use a stronger model."
            raise ModelError("llm_bad_plan", message, hint, retryable=True) from error

    async def _whole(self, prompt: Prompt, most_before: int = MOST_BEFORE) -> StreamedReply:
        """A reply up to the end of its plan, which has to begin within so many characters."""
        for attempt in count(1):
            end = PlanEnd(self.settings.max_plan_tokens * CHARS_PER_TOKEN, most_before)
            reply = self._begin(prompt)
            try:
                async with aclosing(self._attempt(prompt, reply, end)) as texts:
                    async for _ in texts:
                        pass
                if end.too_long:
                    raise plan_too_long(self.settings)
                return reply
            except ModelError as error:
                await self._pause(error, attempt)
        raise AssertionError("unreachable")

    def _begin(self, prompt: Prompt) -> StreamedReply:
        """Count a call that is about to be made. Raises ModelError and BudgetExceeded."""
        self._need_key()
        return self._connection.begin(prompt)

    async def _attempt(
        self, prompt: Prompt, reply: StreamedReply, enough: Enough = _never
    ) -> AsyncGenerator[str, None]:
        self._tell_begin(prompt)
        began = time.monotonic()
        whole = False
        try:
            async with aclosing(self._connection.stream(prompt, reply, enough)) as texts:
                async for text in texts:
                    yield text
            whole = True
        except ModelError as error:
            self._show(prompt_monitor.failed(str(error)))
            raise
        finally:
            self._tell_end(prompt, reply, (time.monotonic() - began) * 1000, whole=whole)

    async def _pause(self, error: ModelError, attempt: int) -> None:
        """Wait before the next try, or raise the error if there is none."""
        wait_s = wait_before(error, attempt, self.settings)
        self._emit(Status(trying_again(error, wait_s, attempt + 1, self.settings.max_retries + 1)))
        await asyncio.sleep(wait_s)

    def _need_key(self) -> None:
        if self.settings.root_url == HOSTED and not self.settings.api_key:
            variable = self.settings.api_key_env
            hint = f"Set {variable} in the environment of `deadstop serve`, or [llm] base_url for a server of your own."
            raise ModelError("llm_auth", f"{HOSTED} needs a key and none is set", hint)

    def _tell_begin(self, prompt: Prompt) -> None:
        self._emit(ModelCall(prompt.purpose, self.settings.model, "started"))
        known = prompt.system == self._shown_system
        told = _common(self._shown, prompt.messages) if known else 0
        self._show(prompt_monitor.sent(prompt, self.settings.model, known_system=known, known_messages=told))
        self._shown_system, self._shown = prompt.system, prompt.messages

    def _tell_end(self, prompt: Prompt, reply: StreamedReply, ms: float, *, whole: bool) -> None:
        call, priced = reply.call, self.meter.price is not None
        self._show(prompt_monitor.received(reply, call, ms, priced=priced))
        ended = ModelCall(
            prompt.purpose,
            self.settings.model,
            "finished" if whole else "failed",
            ms=round(ms, 1),
            input_tokens=call.input_tokens + call.written_tokens,
            cached_tokens=call.cached_tokens,
            output_tokens=call.output_tokens,
            estimated=call.estimated,
            cost_usd=call.cost_usd if priced else None,
        )
        self._emit(ended)

    def _show(self, piece: str) -> None:
        """Add to the prompt monitor."""
        self._emit(ResponseChunk("prompt_monitor", self.settings.without_key(piece)))


def _common(shown: Sequence[Message], messages: Sequence[Message]) -> int:
    """How many messages at the beginning are the same."""
    pairs = enumerate(zip(shown, messages, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(shown), len(messages)))
