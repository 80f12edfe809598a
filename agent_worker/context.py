"""What an agent is given beside its job, what it may say, and how it says that it gives up.

The one module that agents of one's own import: the events and the job of the bus that they need can be had from here.
"""

import asyncio
import math
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypedDict, Union

from agent_worker.conversation_folder import FOLDER
from agent_worker.conversation_store import ConversationStore
from bus.contract.catalog import Catalog
from bus.contract.data_place import DataPlace
from bus.contract.events import (
    Chart,
    Clarification,
    Event,
    ModelCall,
    Node,
    Progress,
    ResponseChunk,
    Sql,
    Status,
    Tool,
    Usage,
    Warn,
)
from bus.contract.settings import AgentDefinition, Settings
from bus.contract.vocabulary import Reason
from bus.wire.worker import JobSpec

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "AgentContext",
    "AgentError",
    "AgentOutput",
    "Chart",
    "JobSpec",
    "Model",
    "ModelCall",
    "ModelMessage",
    "Node",
    "Progress",
    "ResponseChunk",
    "Sql",
    "SqlError",
    "Status",
    "Tool",
    "Usage",
    "Warn",
    "cooperate",
    "current",
]

AgentOutput = Union[str, Sequence[Mapping[str, Any]], "pa.Table", "pa.RecordBatch", Event]
"""What an agent may yield: a piece of its answer, rows of its table (as dicts or Arrow), or an event."""


class AgentError(Exception):
    """The agent cannot answer. `error` and `hint` are for people, `code` is stable for programs."""

    def __init__(
        self,
        error: str,
        *,
        code: str = "agent_error",
        hint: str = "",
        retryable: bool = True,
        reason: Reason = Reason.AGENT_ERROR,
    ) -> None:
        super().__init__(error)
        self.error = error
        self.code = code
        self.hint = hint
        self.retryable = retryable
        self.reason = reason


class SqlError(AgentError):
    """A statement that was refused or has failed; `code` says of what sort: `refused`, `sql_syntax`, ..."""


class ModelMessage(TypedDict):
    """One message to a model: its role (`user` or `assistant`) and its text."""

    role: Literal["user", "assistant"]
    content: str


class Model(Protocol):
    """The configured model. Its calls are counted, stand in the timeline and the prompt monitor, are made again after
    failures that pass, and end with the job. Cancelling the task that waits for one closes its connection at once.

    `messages` is a question, or the turns so far, oldest first. Both methods raise AgentError.
    """

    name: str

    def stream(self, messages: str | Sequence[ModelMessage], system: str = "") -> AsyncGenerator[str, None]:
        """The words as they come. Use it under `contextlib.aclosing`."""

    async def text(self, messages: str | Sequence[ModelMessage], system: str = "") -> str:
        """The whole reply."""


class Facilities(Protocol):
    """What a job's worker does for its agent."""

    async def sql(self, statement: str, max_rows: int) -> "pa.Table": ...
    def model(self) -> Model: ...


class Outlet(Protocol):
    """The worker around an agent, which sends what the agent says beside what it yields."""

    def emit(self, event: Event) -> None: ...
    def data_changed(self, fingerprint: str) -> None: ...
    def model_noted(self, note: str) -> None: ...
    def usage_changed(self) -> None: ...


class AgentContext:
    """The agent's surroundings.

    An agent is an async generator `run(job, context)` that yields texts, rows and events (`AgentOutput`). A stop
    arrives as `asyncio.CancelledError` at its next `await`; let it pass.
    """

    def __init__(
        self, settings: Settings, definition: AgentDefinition, data: DataPlace, scratch: Path, outlet: Outlet
    ) -> None:
        self.outlet = outlet
        """Where `emit`, `data_changed`, `model_noted` and `usage_changed` go."""
        self.settings = settings
        self.definition = definition
        """The table `[agents.NAME]`."""
        self.options = definition.options
        """From `[agents.NAME] options`, as they are."""
        self.data = data
        """Where the data lie."""
        self.data_folder = data.folder
        """The folder of the data as configured, or their address; empty for the sample data. `job.catalog` names the
        files."""
        self.scratch = scratch
        """A folder of this job's own, its working directory too, removed afterwards."""
        self.prepared: Any = None
        """What the module's `prepare(context)` has returned before the job was known."""
        self.clarification: Clarification | None = None
        self.truncated = False
        """Set it when the result has more rows than were sent; the worker does where it cuts them off itself."""
        self.catalog: Catalog | None = None
        self.rolled_up: list[int] = []
        """The jobs that stand in the history now, as the agent that writes it has found."""
        self.usage: Callable[[], Usage] = Usage
        """Replace it to report model calls, tokens and cost; rows and chunks are counted for you. It is asked with each
        event and each heartbeat."""
        self.store = ConversationStore(None)
        """What the agent keeps for the conversation's next question: a mapping of texts to bytes."""
        self.facilities: Facilities | None = None
        """What does `sql` and `model`; there once the job is known."""
        self._progress: tuple[int | None, str] | None = None
        self._warned_of_progress = False

    @property
    def folder(self) -> Path:
        """A folder in `scratch` for files that the agent keeps for the conversation's next question."""
        folder = self.scratch / FOLDER
        folder.mkdir(exist_ok=True)
        return folder

    def status(self, message: str) -> None:
        """One short sentence about what is going on. This and the next two can be called from callbacks too."""
        self.emit(Status(message))

    def progress(self, fraction: float | None, message: str = "") -> None:
        """How far it is, from 0 to 1; None where that is not known. Sent only when the whole percent or the message
        differs from the last one: it can be called as often as is convenient. What is outside is taken to the nearer
        end, with one warning."""
        within = in_range(fraction)
        if within != fraction and not self._warned_of_progress:
            self._warned_of_progress = True
            self.warn(f"The agent said that it is {fraction} done; progress goes from 0 to 1.")
        shown = (None if within is None else round(100 * within), message)
        if shown != self._progress:
            self._progress = shown
            self.emit(Progress(within, message))

    def warn(self, message: str) -> None:
        """Something that people should know, though the job goes on."""
        self.emit(Warn(message))

    @asynccontextmanager
    async def node(self, name: str) -> AsyncIterator[None]:
        """A step of the agent: its begin, its end (`failed` where something was raised) and its milliseconds are shown.

        async with context.node("plan"):
            ...
        """
        began = time.monotonic()
        self.emit(Node(name, "started"))
        state: Literal["finished", "failed"] = "failed"
        try:
            yield
            state = "finished"
        finally:
            self.emit(Node(name, state, round((time.monotonic() - began) * 1000, 1)))

    async def sql(self, statement: str, *, max_rows: int = 1_000_000) -> "pa.Table":
        """The whole result of one SELECT over the tables of the catalog. It is checked, run and stopped as the bundled
        agents' are, and one runs at a time. Raises SqlError, also for more than `max_rows` rows."""
        return await self._given().sql(statement, max_rows)

    def model(self) -> Model:
        """The model of `[llm]`; `usage` counts its calls from here on. Raises AgentError where none is configured."""
        return self._given().model()

    def _given(self) -> Facilities:
        if self.facilities is None:
            raise RuntimeError("SQL and the model can be used by `run`, not before the job is known")
        return self.facilities

    def ask_back(self, question: str, *suggestions: str) -> None:
        """End the job with a question: the person's answer comes as `user_clarification` of the next one."""
        self.clarification = Clarification(question, list(suggestions))

    def emit(self, event: Event) -> None:
        """Send any event of `bus.contract.events`, in the loop's thread. Returns at once."""
        self.outlet.emit(event)

    def usage_changed(self) -> None:
        """Have `usage` reported at once: for the moment at which something begins to cost, so that it is paid for
        however the worker ends."""
        self.outlet.usage_changed()

    def data_changed(self, fingerprint: str) -> None:
        """Have the catalog read anew for the questions that follow. Only bundled agents call it."""
        self.outlet.data_changed(fingerprint)

    def model_noted(self, note: str) -> None:
        """Tell what the questions that follow find in `job.model_notes`. Only bundled agents call it."""
        self.outlet.model_noted(note)


def in_range(fraction: float | None) -> float | None:
    """The fraction between 0 and 1, both included; None for what is no number."""
    if fraction is None or math.isnan(fraction):
        return None
    return min(1.0, max(0.0, fraction))


_of_this_worker: AgentContext | None = None


def current() -> AgentContext:
    """The context of the job that this worker serves, for code that is not handed it: nodes of a graph, tools. Raises
    RuntimeError before there is a job."""
    if _of_this_worker is None:
        raise RuntimeError("there is no job yet")
    return _of_this_worker


def serve_with(context: AgentContext | None) -> None:
    """Have `current` return this context from here on, or raise where it is None. Only the worker calls it."""
    global _of_this_worker
    _of_this_worker = context


async def cooperate() -> None:
    """Yield to the loop: a stop can arrive here. For agents that compute for long without awaiting anything."""
    await asyncio.sleep(0)
