"""What can go wrong with a model, in our words; nothing of the SDK's errors leaves this package."""

from typing import Literal

ModelErrorCode = Literal[
    "llm_auth",
    "llm_not_found",
    "llm_rate_limited",
    "llm_overloaded",
    "llm_server_error",
    "llm_unreachable",
    "llm_stalled",
    "llm_dropped",
    "llm_refused",
    "llm_max_tokens",
    "llm_context_exceeded",
    "llm_bad_plan",
    "llm_bad_request",
]

LimitName = Literal["max_model_calls", "max_output_tokens", "max_cost_usd", "max_cost_usd_per_user_day"]


class LlmError(Exception):
    """Base of this package's errors."""


class ModelError(LlmError):
    """The model did not do what it was asked.

    `message` and `hint` are for people; `retryable` says whether asking again can help; `wait_s` is how long the
    server asked us to wait, in seconds, where it did.
    """

    def __init__(
        self, code: ModelErrorCode, message: str, hint: str, *, retryable: bool = False, wait_s: float | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.retryable = retryable
        self.wait_s = wait_s

    def __repr__(self) -> str:
        return f"<ModelError {self.code}: {self.message}>"


class ToolsRefused(LlmError):
    """The model's server takes no tools, or its model calls none."""


class BudgetExceeded(LlmError):
    """A job has used more than it may, or would with what it is about to do (`ahead`): `value` (calls, tokens or US
    dollars) went past `maximum`. Of a user's day the maximum is what was left for this job."""

    def __init__(self, limit: LimitName, value: float, maximum: float, *, ahead: bool = False) -> None:
        allowed = f"{limit} = {maximum:g} allows"
        if limit == "max_cost_usd_per_user_day":
            allowed = f"the {max(maximum, 0):g} that were left of {limit}"
        used = "would use" if ahead else f"used {value:g},"
        super().__init__(f"the job {used} more than {allowed}")
        self.limit = limit
        self.value = value
        self.maximum = maximum

    def __repr__(self) -> str:
        return f"<BudgetExceeded {self.limit} {self.value:g} > {self.maximum:g}>"
