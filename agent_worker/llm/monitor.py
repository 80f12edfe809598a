"""Markdown pieces for the prompt monitor: what was sent, what came back, what it took."""

import re

from agent_worker.llm.meter import Call
from agent_worker.llm.prompts.requests import Prompt
from bus.contract.events import Usage


def sent(prompt: Prompt, model: str, *, known_system: bool) -> str:
    """What goes to the model. Instructions that stand in the monitor already are not repeated."""
    system = f"*Instructions as before ({len(prompt.system)} characters)*" if known_system else fenced(prompt.system)
    messages = "\n\n".join(f"*{message['role']}*\n\n{fenced(message['content'])}" for message in prompt.messages)
    return f"### {prompt.purpose} → {model}\n\n{system}\n\n{messages}\n\n"


def received(text: str, thinking: str, call: Call, ms: float, *, priced: bool) -> str:
    """What came back, and tokens, cost and time. A call that was cut off says that it is estimated."""
    thoughts = f"*thinking*\n\n{fenced(thinking)}\n\n" if thinking else ""
    reply = f"*reply*\n\n{fenced(text)}\n\n" if text else ""
    return f"{thoughts}{reply}{_figures(call, ms, priced=priced)}\n\n"


def failed(message: str) -> str:
    return f"**Failed:** {message}\n\n"


def total(usage: Usage, *, priced: bool) -> str:
    """What all calls of the job took together."""
    about = "about " if usage.estimated else ""
    cost = f" · {about}${usage.cost_usd:.6f}" if priced else ""
    calls = f"{usage.model_calls} model call{'' if usage.model_calls == 1 else 's'}"
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
