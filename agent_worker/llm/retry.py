"""When to try again, and after how long. Pure: time is not read here."""

from agent_worker.llm.errors import ModelError, ModelErrorCode
from agent_worker.llm.settings import ModelSettings

_WORDS: dict[ModelErrorCode, str] = {
    "llm_overloaded": "the model is overloaded",
    "llm_rate_limited": "the model's rate limit is reached",
    "llm_server_error": "the model's server failed",
    "llm_unreachable": "the model's server does not answer",
    "llm_stalled": "the model went silent",
    "llm_dropped": "the connection to the model broke",
}


def wait_before(error: ModelError, attempt: int, settings: ModelSettings) -> float:
    """Seconds to wait after try number `attempt` (from 1) failed; raises the error where trying again is no use."""
    if not error.retryable or attempt > settings.max_retries:
        raise error
    if error.wait_s is None:
        return min(settings.first_retry_wait_s * 2.0 ** (attempt - 1), settings.max_retry_wait_s)
    if error.wait_s > settings.max_retry_wait_s:
        raise _too_long(error, settings) from error
    return error.wait_s


def trying_again(error: ModelError, wait_s: float, next_attempt: int, attempts: int) -> str:
    """One sentence for people: why, when, which try out of how many."""
    why = _WORDS.get(error.code, error.message)
    return f"{why}; trying again in {wait_s:g} s ({next_attempt} of {attempts})"


def _too_long(error: ModelError, settings: ModelSettings) -> ModelError:
    limit = f"max_retry_wait_s = {settings.max_retry_wait_s:g}"
    message = f"{error.message}; the server asks to wait {error.wait_s:g} s, more than {limit} allows"
    return ModelError(error.code, message, "Try again later.", retryable=True, wait_s=error.wait_s)
