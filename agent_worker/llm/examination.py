"""What a model's server can do of what we need, found by asking it three small things."""

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, NamedTuple

import msgspec

from agent_worker.llm.errors import LlmError, ModelError, ToolsRefused
from agent_worker.llm.meter import Meter
from agent_worker.llm.prompts.requests import Prompt
from agent_worker.llm.settings import ModelSettings
from agent_worker.llm.transport.connection import ModelConnection
from agent_worker.llm.transport.preload import tls_context
from agent_worker.llm.transport.reply import StreamedReply

_HELD = {"verdict": "held"}
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"verdict": {"type": "string", "enum": ["held"]}},
    "required": ["verdict"],
    "additionalProperties": False,
}
_TOOL: dict[str, Any] = {
    "name": "find",
    "description": "Search for some words.",
    "input_schema": {
        "type": "object",
        "properties": {"words": {"type": "string"}},
        "required": ["words"],
        "additionalProperties": False,
    },
}


class Ability(NamedTuple):
    """One thing that is needed: whether it is there (None: there, but not as it should be), what was found, and what
    follows or is to be done."""

    name: str
    there: bool | None
    found: str
    todo: str = ""


async def examine(settings: ModelSettings) -> AsyncGenerator[Ability, None]:
    """What the server can do, in the order in which it is needed; nothing more once it does not answer at all."""
    connection = ModelConnection(settings, Meter(settings.price), tls_context(settings.root_url))
    try:
        try:
            reply, took_ms = await _ask(connection, _prompt("Answer in one word.", "Say yes."))
        except ModelError as error:
            yield Ability("answers", False, error.message, error.hint)
            return
        yield Ability("answers", True, f"{settings.model} at {settings.root_url}: first words after {took_ms:.0f} ms")
        yield Ability("wire", True, f"{connection.wire.words} ({connection.wire.path})")
        yield _counting(reply)
        yield await _schema(connection, settings.structured_output)
        yield await _tools(connection)
        yield _price(settings)
    finally:
        await connection.close()


async def _ask(connection: ModelConnection, prompt: Prompt) -> tuple[StreamedReply, float]:
    """The reply, and milliseconds to its first text (to its end, where it has none); one that finds no end counts up to
    where it was cut off. Raises LlmError."""
    reply = connection.begin(prompt)
    began, first_at = time.monotonic(), None
    try:
        async with aclosing(connection.stream(prompt, reply)) as texts:
            async for _ in texts:
                first_at = first_at or time.monotonic()
    except ModelError as error:
        if error.code != "llm_max_tokens" or not (reply.text or reply.thinking):
            raise
    return reply, ((first_at or time.monotonic()) - began) * 1000


def _prompt(system: str, question: str, **more: Any) -> Prompt:
    return Prompt("answer", system, ({"role": "user", "content": question},), **more)


def _counting(reply: StreamedReply) -> Ability:
    if reply.call.estimated:
        return Ability("counts tokens", None, "no", "usage and costs are estimated")
    return Ability("counts tokens", True, f"{reply.call.input_tokens} in, {reply.call.output_tokens} out")


async def _schema(connection: ModelConnection, structured_output: str) -> Ability:
    """Asked for a word that the schema forbids: only a server that holds it gives what the schema wants."""
    name = "holds a schema"
    prompt = _prompt("Answer in one word.", "Say yes.", schema=_SCHEMA)
    try:
        reply, _ = await _ask(connection, prompt)
    except LlmError as error:
        return Ability(name, None, f"no: {error}", "plans are asked for in plain words")
    if connection.plain:
        found = "not asked for" if structured_output == "plain" else "no: it refuses one"
        return Ability(name, None, found, "plans are asked for in plain words")
    held = _is_held(reply.text)
    return (
        Ability(name, True, "yes")
        if held
        else Ability(name, None, "no: it ignores one", "plans are asked for in plain words")
    )


def _is_held(text: str) -> bool:
    try:
        return bool(msgspec.json.decode(text) == _HELD)
    except msgspec.DecodeError:
        return False


async def _tools(connection: ModelConnection) -> Ability:
    name, without = "calls tools", "it plans at once, without looking at the data first"
    question = "Call the tool find with the words: red apples"
    try:
        reply, _ = await _ask(connection, _prompt("Call tools.", question, tools=(_TOOL,)))
    except ToolsRefused:
        return Ability(name, None, "no: its server takes none", without)
    except LlmError as error:
        return Ability(name, None, f"no: {error}", without)
    calls = [block for block in reply.blocks.whole(plain=True) if block["type"] == "tool_use"]
    if not calls:
        return Ability(name, None, "no: it was asked to call one, and did not", without)
    words = calls[0]["input"].get("words") if calls[0]["name"] == "find" else None
    if not isinstance(words, str):
        return Ability(name, None, "no: it calls them wrongly", without)
    return Ability(name, True, "yes")


def _price(settings: ModelSettings) -> Ability:
    price = settings.price
    if price is None:
        todo = f'write its prices into [llm.prices]: "{settings.model}" = {{ input = ..., output = ... }}'
        return Ability("price", None, "not known: max_cost_usd cannot be held", todo)
    return Ability("price", True, f"${price.input:g} in, ${price.output:g} out per million tokens")
