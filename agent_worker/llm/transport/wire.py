"""What a wire to a model's server is: one of those that `[llm] wire` names."""

from dataclasses import dataclass
from typing import Any, Protocol

import anthropic
from anthropic.types import RawMessageStreamEvent

from agent_worker.llm.prompts.requests import Prompt
from agent_worker.llm.settings import ModelSettings


@dataclass(frozen=True, slots=True)
class RequestForm:
    """How requests look to a server: `plain` has only what every server knows, and `limit_name` is what it calls the
    most tokens of a reply on the wire of chat completions."""

    plain: bool = False
    limit_name: str = "max_tokens"


class Wire(Protocol):
    """How one kind of server is spoken to. Its streams are those of the Messages API, whatever the server sends.
    `words` name it for people."""

    @property
    def words(self) -> str: ...

    @property
    def path(self) -> str: ...

    def fields(self, prompt: Prompt, settings: ModelSettings, max_tokens: int, form: RequestForm) -> dict[str, Any]:
        """The request's fields."""

    async def open(
        self, client: anthropic.AsyncAnthropic, fields: dict[str, Any]
    ) -> anthropic.AsyncStream[RawMessageStreamEvent]:
        """Send the request. Raises what the SDK raises."""
