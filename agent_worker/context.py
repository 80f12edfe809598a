"""What an agent is given beside its job, and how it says that it gives up."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bus.catalog import Catalog
from bus.events import Clarification, Event, Usage
from bus.settings import Settings
from bus.vocabulary import Reason


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


class AgentContext:
    """The agent's surroundings.

    An agent is an async generator `run(job, context)` that yields events (`bus.events`). A stop arrives as
    `asyncio.CancelledError` at its next `await`; let it pass. `scratch` is a folder of its own, removed afterwards;
    `prepared` is whatever the module's `prepare(context)` has returned before the job was known.
    """

    def __init__(self, settings: Settings, options: dict[str, Any], data_folder: str, scratch: Path) -> None:
        self.settings = settings
        self.options = options
        self.data_folder = data_folder
        self.scratch = scratch
        self.prepared: Any = None
        self.clarification: Clarification | None = None
        """Set it to end the job with a question back."""
        self.truncated = False
        """Set it when the result has more rows than were sent."""
        self.catalog: Catalog | None = None
        self.data_changed: Callable[[str], object] = lambda fingerprint: None
        """For the bundled agents: have the catalog read anew for those who ask next."""
        self.rolled_up: list[int] = []
        """For the agent that writes the history: the jobs that stand in it now."""
        self.usage: Callable[[], Usage] = Usage
        """Replace it to report model calls, tokens and cost; rows and chunks are counted for you."""
        self._emit: Callable[[Event], object] = _not_running

    def emit(self, event: Event) -> None:
        """Send an event from a callback, where `yield` cannot be used. Returns at once."""
        self._emit(event)

    def connect(self, emit: Callable[[Event], object]) -> None:
        """For the worker: where events go from here on."""
        self._emit = emit


def _not_running(event: Event) -> None:
    raise RuntimeError(f"{event!r} was emitted before the job had begun")


async def cooperate() -> None:
    """Give the loop its turn: a stop can arrive here. For agents that compute for long without awaiting anything."""
    await asyncio.sleep(0)
