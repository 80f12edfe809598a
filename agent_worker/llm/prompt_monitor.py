"""Markdown pieces for the prompt monitor: what was sent, what came back, what it took."""

import json
import re
from typing import TYPE_CHECKING, Any

from agent_worker.llm.meter import Call
from agent_worker.llm.prompts.requests import Prompt
from bus.contract.events import Usage
from bus.values.counts import counted

if TYPE_CHECKING:
    from agent_worker.llm.transport.reply import StreamedReply


def sent(prompt: Prompt, model: str, *, known_system: bool, known_messages: int = 0) -> str:
    """What goes to the model. Instructions and messages that stand in the monitor already are not repeated."""
    system = f"*Instructions as before ({len(prompt.system)} characters)*" if known_system else fenced(prompt.system)
    new = [
        f"*{message['role']}*\n\n{fenced(_told(message['content']))}" for message in prompt.messages[known_messages:]
    ]
    messages = "\n\n".join(([f"*{known_messages} messages as before*"] if known_messages else []) + new)
    return f"### {prompt.purpose} → {model}\n\n{system}\n\n{messages}\n\n"


def _told(content: Any) -> str:
    """A message's text; of blocks what they hold."""
    if isinstance(content, str):
        return content
    return "\n".join(_told_block(block) for block in content)


def _told_block(block: dict[str, Any]) -> str:
    if block["type"] == "tool_use":
        return f"{block['name']} {json.dumps(block['input'], ensure_ascii=False)}"
    return str(block.get("text") or block.get("content") or block.get("thinking") or f"({block['type']})")


def received(reply: "StreamedReply", call: Call, ms: float, *, priced: bool) -> str:
    """What came back, and tokens, cost and time. A call that was cut off says that it is estimated."""
    thoughts = f"*thinking*\n\n{fenced(reply.thinking)}\n\n" if reply.thinking else ""
    said = f"*reply*\n\n{fenced(reply.text)}\n\n" if reply.text else ""
    uses = [_told_block(block) for block in reply.blocks.whole(plain=True) if block["type"] == "tool_use"]
    called = f"*calls*\n\n{fenced(chr(10).join(uses))}\n\n" if uses else ""
    return f"{thoughts}{said}{called}{_figures(call, ms, priced=priced)}\n\n"


def failed(message: str) -> str:
    return f"**Failed:** {message}\n\n"


def total(usage: Usage, *, priced: bool) -> str:
    """What all calls of the job took together."""
    about = "about " if usage.estimated else ""
    cost = f" · {about}${usage.cost_usd:.6f}" if priced else ""
    calls = counted(usage.model_calls, "model call")
    tokens = f"{usage.input_tokens} input, {usage.cached_tokens} cached, {about}{usage.output_tokens} output tokens"
    return f"**In all:** {calls} · {tokens}{cost}\n\n"


def fenced(text: str) -> str:
    """The text in a code fence that nothing inside it can close."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"


def _figures(call: Call, ms: float, *, priced: bool) -> str:
    about = "about " if call.estimated else ""
    cost = f"{about}${call.cost_usd:.6f}" if priced else "cost unknown (no price for this model in [llm.prices])"
    tokens = f"{call.input_tokens + call.written_tokens} input, {call.cached_tokens} cached, "
    return f"{tokens}{about}{call.output_tokens} output tokens · {cost} · {ms:.0f} ms"
