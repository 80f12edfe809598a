"""How jobs went, in sentences: from the outside wire's objects to what people read."""

from typing import Any

from bus.values.counts import counted
from ops.format import clean, money, span


def killed_sentence(data: dict[str, Any]) -> str:
    """An `agent_killed` in a sentence: the rung that ended the job, how long that took, the user who asked, and the
    reason; of a job on another machine, also which part of the system has proven its death."""
    asked = f"asked by {clean(data['by'])} ({data['reason']})"
    return f"stopped by {data['rung']} in {span(data['ms'] / 1000)}{_proven(data)}, {asked}"


def failed_sentence(data: dict[str, Any]) -> str:
    """The sentence of an `agent_error`: what went wrong and what to do; and how it was stopped where a limit did
    that."""
    sentence = f"failed: {clean(data['error'])} ({data['code']})"
    if data.get("hint"):
        sentence += f"; {clean(data['hint'])}"
    stop = data.get("stop")
    return sentence + (f"; stopped by {stop['rung']} in {span(stop['ms'] / 1000)}{_proven(stop)}" if stop else "")


_PROVEN = {"node_reaped": ", proven by its node", "lease": ", proven by the end of its node's lease"}


def _proven(stop: dict[str, Any]) -> str:
    return _PROVEN.get(stop.get("proof") or "", "")


def usage_words(usage: dict[str, Any]) -> list[str]:
    """What a job has used, as far as it is worth saying."""
    words = []
    if usage.get("rows"):
        words.append(counted(usage["rows"], "row"))
    if usage.get("model_calls"):
        about = "about " if usage.get("estimated") else ""
        words.append(f"{about}{usage['input_tokens']:,.0f} tokens in, {about}{usage['output_tokens']:,.0f} out")
    if usage.get("cost_usd"):
        words.append(f"{'about ' if usage.get('estimated') else ''}{money(usage['cost_usd'])}")
    return words


def ended_sentence(event: str, data: dict[str, Any]) -> str:
    """The sentence of an object that ends a stream (`agent_complete`, `agent_error`, `agent_killed`)."""
    sentence = _ended(event, data)
    return sentence if data.get("recorded", True) else f"{sentence}; not recorded yet: the log cannot be written"


def _ended(event: str, data: dict[str, Any]) -> str:
    if event == "agent_killed":
        return killed_sentence(data)
    if event == "agent_error":
        return failed_sentence(data)
    return ", ".join(["succeeded", *usage_words(data["result"]["usage"])])


def chunk_sentence(chunk: dict[str, Any]) -> str:
    """What a chunk says, on one line or more."""
    match chunk["type"]:
        case "queue":
            note = f": {clean(chunk['note'])}" if chunk.get("note") else ""
            return f"waiting, number {chunk['position']} in the queue{note}"
        case "node":
            took = f" after {span(chunk['ms'] / 1000)}" if chunk["state"] != "started" else ""
            return f"{clean(chunk['node'])} {chunk['state']}{took}"
        case "model_call":
            return _model_call(chunk)
        case "tool":
            return _tool(chunk)
        case "progress":
            share = "" if chunk["fraction"] is None else f"{chunk['fraction']:.0%}"
            return " ".join(part for part in (share, clean(chunk["message"])) if part)
        case "table_schema":
            return ", ".join(f"{clean(column['name'])} {clean(column['type'])}" for column in chunk["columns"])
        case "table_rows":
            return counted(len(chunk["rows"]), "row")
        case "sql":
            return clean(chunk["sql"])
        case "chart":
            return f"a {_mark(chunk['spec'])} chart"
        case "stopping":
            return f"{chunk['rung']}, asked by {clean(chunk['by'])} ({chunk['reason']})"
        case "response_chunk":
            return clean(chunk["chunk"])
    return clean(str(chunk.get("message", "")))


def _model_call(call: dict[str, Any]) -> str:
    """Which call, and what it took once it has ended."""
    sentence = f"{clean(call['purpose'])} asks {clean(call['model'])}"
    if call["state"] == "started":
        return sentence
    about = "about " if call["estimated"] else ""
    words = [f"{call['state']} after {span(call['ms'] / 1000)}"]
    words += [f"{call['input_tokens']:,} tokens in, {about}{call['output_tokens']:,} out"]
    words += [about + money(call["cost_usd"])] if call["cost_usd"] else []
    return f"{sentence}: {', '.join(words)}"


def _tool(tool: dict[str, Any]) -> str:
    """What a model looks at, and what it has found once it has."""
    about = clean(" ".join(", ".join(str(value) for value in tool["arguments"].values()).split()))
    sentence = f"{clean(tool['name'])} {about}"
    if tool["state"] == "started":
        return sentence
    ended = "failed" if tool["state"] == "failed" else "found"
    return f"{sentence}: {ended} {clean(tool['found'])} after {span(tool['ms'] / 1000)}"


def _mark(spec: dict[str, Any]) -> str:
    mark = spec.get("mark", "")
    return clean(str(mark.get("type", "") if isinstance(mark, dict) else mark))
