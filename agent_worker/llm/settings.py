"""How the model is reached, and what its tokens cost: the `[llm]` table as one struct."""

from typing import Any, Literal

import msgspec

from bus.contract.models import price_of
from bus.contract.settings import LlmSettings, Price

MIN_KEY_CHARS = 8
"""Shorter ones are placeholders such as `ollama`, and ordinary words."""

HOSTED = "https://api.anthropic.com"


class ModelSettings(LlmSettings, frozen=True, kw_only=True):
    """Everything a model client needs: the `[llm]` table, the key, and the pace of retries. Durations end in `_s` and
    are seconds.

    `base_url` may be any server that speaks the Messages API or chat completions, with or without a trailing `/v1`;
    empty is the hosted one. `wire` says which of the two, "auto" tries them in this order.
    `read_timeout_s` bounds the silence between two pieces of an answer, not the whole answer.
    `max_retries` counts the tries after the first; `max_retry_wait_s` is the longest wait between two.
    `structured_output`: "schema" asks the server to hold the plan to a JSON schema, "plain" uses nothing that only
    hosted models know (schema, thinking, caching), "auto" begins with the first and falls back to the second.
    `effort` is passed on as it is; empty leaves it to the model.
    """

    api_key: str = ""
    first_retry_wait_s: float = 1.0
    effort: Literal["", "low", "medium", "high", "xhigh", "max"] = ""

    @classmethod
    def of(cls, table: LlmSettings, api_key: str) -> "ModelSettings":
        """The settings of the `[llm]` table, with the key that its `api_key_env` names."""
        fields: dict[str, Any] = msgspec.structs.asdict(table)
        return msgspec.convert(fields | {"api_key": api_key}, cls, from_attributes=True)

    @property
    def price(self) -> Price | None:
        """The model's price; None if unknown."""
        return price_of(self)

    @property
    def root_url(self) -> str:
        """The address without `/v1`, which the SDK adds by itself."""
        return (self.base_url or HOSTED).rstrip("/").removesuffix("/v1").rstrip("/")

    def without_key(self, text: str) -> str:
        """The text with the key blotted out: servers repeat it in their complaints."""
        return text.replace(self.api_key, "•••") if len(self.api_key) >= MIN_KEY_CHARS else text

    def __repr__(self) -> str:
        # The default would print the key into logs and tracebacks.
        return f"<ModelSettings {self.model} at {self.root_url}>"
