"""What people see of a graph's run."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk, ToolMessage
from langgraph.graph import END

from agent_worker.agents.frameworks.graphs.speakers import Speakers
from agent_worker.agents.frameworks.usage import UsageCount
from agent_worker.agents.frameworks.values import frame, output, question_of
from agent_worker.context import AgentContext, AgentOutput, Node, ResponseChunk, Tool, Usage

ROW_OUTPUTS = ("rows", "records", "structured_response")
"""Keys of a graph's result that are rows, as a frame, a list or a record."""

TEXT_OUTPUTS = ("answer", "response", "output")
"""Keys of its result that are the answer where nothing of it was streamed."""


class Teller:
    """Says of one run what people see of it. What nodes say after which the graph may end is the answer, what others
    say goes to the prompt monitor. Where the graph could not tell (a node that names its successor itself), the words
    of the last one are the answer after all."""

    def __init__(self, context: AgentContext, graph: Any) -> None:
        self._context = context
        self._last_nodes = {edge.source for edge in graph.get_graph().edges if edge.target == END}
        self._usage = UsageCount(context)
        self._began: dict[str, float] = {}
        self._tools: dict[str, tuple[str, dict[str, Any], float]] = {}
        self._calls: set[str] = set()
        self._models: dict[str, str] = {}
        self._speakers = {"response": Speakers(), "prompt_monitor": Speakers()}
        self._texts: dict[str, dict[str, str]] = {}
        self._last = self._last_to_speak = ""
        self._answered = False
        self._written: set[str] = set()
        self._values: Any = {}

    def tell(self, mode: str, chunk: Any) -> Iterator[AgentOutput]:
        """One item of its stream of `tasks`, `messages` and `values`."""
        if mode == "tasks":
            yield from self._task(chunk)
        elif mode == "messages":
            yield from self._message(*chunk)
        else:
            self._values = chunk

    def end(self) -> Iterator[AgentOutput]:
        """Rows and a text that were not streamed."""
        for field, speakers in self._speakers.items():
            if words := speakers.end():
                yield ResponseChunk(field, words)  # type: ignore[arg-type]
        if not isinstance(self._values, dict):  # of a graph that is one function
            yield from output(self._values)
            return
        # What stands in the state from questions before is not this one's.
        new = {key: value for key, value in self._values.items() if key in self._written}
        rows = list(self._rows(new))
        yield from rows
        yield from self._rest(new, rows)

    def asks(self, value: Any) -> None:
        """Ask the person back what the graph was interrupted with."""
        question, suggestions = question_of(value)
        self._context.ask_back(question, *suggestions)

    def _rest(self, values: dict[str, Any], rows: Sequence[AgentOutput]) -> Iterator[AgentOutput]:
        """The answer, where it was not streamed as one."""
        text = next((values[key] for key in TEXT_OUTPUTS if isinstance(values.get(key), str)), "")
        if text and not self._answered:
            yield text
            return
        name = self._last_to_speak.partition(":")[0]
        is_last = self._last_to_speak == self._last or not (self._answered or rows)
        if name and name not in self._last_nodes and is_last and self._context.clarification is None:
            words = "\n\n".join(self._texts[self._last_to_speak].values())
            yield self._speakers["response"].say("", self._last_to_speak, words)

    def _rows(self, values: dict[str, Any]) -> Iterator[AgentOutput]:
        """What is named as rows, or else a frame. All rows of an answer are one table: of several, one is shown."""
        found = {key: table for key, value in values.items() if (table := frame(value)) is not None}
        named = {key: values[key] for key in ROW_OUTPUTS if not isinstance(values.get(key), str | None)}
        shown = next((key for key in ROW_OUTPUTS if key in found or key in named), next(reversed(found), None))
        if shown is None:
            return
        yield from output(found[shown] if shown in found else named[shown])
        if others := [key for key in {**found, **named} if key != shown]:
            words = f"Of the graph's result `{shown}` is shown as the table, and not {', '.join(others)}."
            self._context.warn(f"{words} Put into `{ROW_OUTPUTS[0]}` what is to be seen.")

    def _task(self, task: dict[str, Any]) -> Iterator[AgentOutput]:
        key, name = task["id"], task["name"]
        if "input" in task:
            self._began[key] = time.monotonic()
            yield Node(name, "started")
            return
        for interrupt in task.get("interrupts", ())[:1]:
            self.asks(interrupt["value"])
        result = task.get("result")
        if isinstance(result, dict):
            self._written.update(result)
        for message in _messages_of(result):
            yield from self._tool(message)
        state = "failed" if task.get("error") else "finished"
        self._last = f"{name}:{key}"
        if self._last in self._texts:
            self._last_to_speak = self._last
        for field, speakers in self._speakers.items():
            if words := speakers.leave(self._last):
                yield ResponseChunk(field, words)  # type: ignore[arg-type]
        yield Node(name, state, _ms(self._began.pop(key, time.monotonic())))  # type: ignore[arg-type]

    def _message(self, message: Any, facts: dict[str, Any]) -> Iterator[AgentOutput]:
        if not isinstance(message, AIMessage | AIMessageChunk):
            return
        self._count(message, facts)
        place = str(facts.get("langgraph_checkpoint_ns") or facts.get("langgraph_node", "")).partition("|")[0]
        texts, text, number = self._texts.setdefault(place, {}), str(message.text), str(message.id)
        # Many nodes put the words of their model into a message of their own, which have been said by then.
        again = not isinstance(message, AIMessageChunk) and text in texts.values()
        if not text or again:
            return
        texts[number] = texts.get(number, "") + text
        answers = place.partition(":")[0] in self._last_nodes
        self._answered = self._answered or answers
        field = "response" if answers else "prompt_monitor"
        if words := self._speakers[field].say(place, number, text):
            yield ResponseChunk(field, words)  # type: ignore[arg-type]

    def _count(self, message: AIMessage, facts: dict[str, Any]) -> None:
        number, told = message.id or "", message.response_metadata
        # Of a stream only some pieces name the model.
        if named := told.get("model_name") or told.get("model"):
            self._models[number] = str(named)
        used = message.usage_metadata
        if used is None:
            return
        usage = Usage(
            model_calls=int(number not in self._calls),
            input_tokens=used["input_tokens"],
            output_tokens=used["output_tokens"],
            cached_tokens=(used.get("input_token_details") or {}).get("cache_read") or 0,
        )
        self._calls.add(number)
        model = self._models.get(number) or facts.get("ls_model_name") or self._context.options.get("model", "")
        self._usage.add(usage, str(model))

    def _tool(self, message: Any) -> Iterator[AgentOutput]:
        if isinstance(message, AIMessage):
            for call in message.tool_calls:
                self._tools[call["id"] or ""] = (call["name"], call["args"], time.monotonic())
                yield Tool(call["name"], call["args"], "started")
        if isinstance(message, ToolMessage) and message.tool_call_id in self._tools:
            name, arguments, began = self._tools.pop(message.tool_call_id)
            state = "failed" if message.status == "error" else "finished"
            yield Tool(name, arguments, state, _ms(began), str(message.text))  # type: ignore[arg-type]


def _messages_of(result: Any) -> Sequence[Any]:
    messages = result.get("messages", ()) if isinstance(result, dict) else ()
    return messages if isinstance(messages, list | tuple) else (messages,)


def _ms(began: float) -> float:
    return round((time.monotonic() - began) * 1000, 1)
