"""How the model is reached, and what its tokens cost: the `[llm]` table as one struct."""

from typing import Literal

import msgspec

MIN_KEY_CHARS = 8
"""Shorter ones are placeholders such as `ollama`, and ordinary words."""

HOSTED = "https://api.anthropic.com"


class Price(msgspec.Struct, frozen=True):
    """US dollars per million tokens. `cached` is for input read from the provider's cache."""

    input: float
    output: float
    cached: float


PRICES: dict[str, Price] = {
    "claude-haiku-5-5": Price(0.10, 0.50, 0.01),
    "claude-sonnet-5-5": Price(2.0, 10.0, 0.2),
    "claude-opus-5-5": Price(4.0, 20.0, 0.4),
}


class ModelSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything a model client needs. Durations end in `_s` and are seconds.

    `base_url` may be any server that speaks the Messages API, with or without a trailing `/v1`.
    `read_timeout_s` bounds the silence between two pieces of an answer, not the whole answer.
    `max_retries` counts the tries after the first; `max_retry_wait_s` is the longest wait between two.
    `structured_output`: "schema" asks the server to hold the plan to a JSON schema, "plain" uses nothing that only
    hosted models know (schema, thinking, caching), "auto" begins with the first and falls back to the second.
    `effort` is passed on as it is; empty leaves it to the model.
    """

    model: str = "claude-sonnet-5-5"
    base_url: str = HOSTED
    api_key: str = ""
    connect_timeout_s: float = 5.0
    read_timeout_s: float = 45.0
    max_retries: int = 3
    first_retry_wait_s: float = 1.0
    max_retry_wait_s: float = 30.0
    max_tokens: int = 8192
    structured_output: Literal["auto", "schema", "plain"] = "auto"
    effort: Literal["", "low", "medium", "high", "xhigh", "max"] = ""
    prices: dict[str, Price] = msgspec.field(default_factory=PRICES.copy)

    @property
    def price(self) -> Price | None:
        """The model's price, found by its name or the longest name it begins with (dated names); None if unknown."""
        names = [name for name in self.prices if self.model == name or self.model.startswith(f"{name}-")]
        return self.prices[max(names, key=len)] if names else None

    @property
    def root_url(self) -> str:
        """The address without `/v1`, which the SDK adds by itself."""
        return self.base_url.rstrip("/").removesuffix("/v1").rstrip("/")

    def without_key(self, text: str) -> str:
        """The text with the key blotted out: servers repeat it in their complaints."""
        return text.replace(self.api_key, "•••") if len(self.api_key) >= MIN_KEY_CHARS else text

    def __repr__(self) -> str:
        # The default would print the key into logs and tracebacks.
        return f"<ModelSettings {self.model} at {self.root_url}>"
