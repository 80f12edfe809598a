"""Turns what the SDK and its HTTP client raise into a `ModelError`: the edge of this package."""

import email.utils
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

import anthropic
import httpx2

from agent_worker.llm.errors import ModelError
from agent_worker.llm.settings import ModelSettings

MALFORMED = (AttributeError, TypeError, LookupError, ValueError)
"""What reading an event raises that is not as its wire has it: the SDK builds its types without checking."""

CATCH = (anthropic.APIError, httpx2.HTTPError, httpx2.StreamError, *MALFORMED)
"""A broken stream raises the HTTP client's own errors, and a server that speaks something else an error of reading."""

_RICH_FIELDS = ("output_config", "json_schema", "thinking", "cache_control", "response_format", "stream_options")
_NO_SUCH_PATH = (404, 405, 501)
_STATUS_OF_TYPE = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "rate_limit_error": 429,
    "timeout_error": 504,
    "overloaded_error": 529,
}


class NotSpoken(Exception):
    """A server answers, but not on this wire; the text says with what."""


def model_error(error: Exception, settings: ModelSettings, wire: str = "the Messages API") -> ModelError:
    """The ModelError for anything in `CATCH`; `wire` names what was spoken."""
    if isinstance(error, anthropic.APIStatusError):
        return _status_error(error, settings)
    cause = error.__cause__ if isinstance(error, anthropic.APIConnectionError) else error
    where = settings.root_url
    if isinstance(cause, (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.UnsupportedProtocol, httpx2.ProxyError)):
        return ModelError(
            "llm_unreachable",
            f"no model server answers at {where}: {cause}",
            "Check [llm] base_url, that the server runs, and the network.",
            retryable=True,
        )
    if isinstance(cause, httpx2.TimeoutException):
        return ModelError(
            "llm_stalled",
            f"the model at {where} sent nothing for {settings.read_timeout_s:g} s",
            "Try again; raise [llm] read_timeout_s if the model is slow.",
            retryable=True,
        )
    if isinstance(cause, httpx2.HTTPError):
        return dropped(f"the connection to {where} broke: {cause}")
    return ModelError(
        "llm_server_error",
        f"the server at {where} does not speak {wire} as it should: {_unread(error)}",
        "Check [llm] base_url, and that the server is up to date.",
    )


def _unread(error: Exception) -> str:
    """Errors of decoding say what came; others speak of our code."""
    said = isinstance(error, ValueError)
    return f"{error}" if said else f"an event of its stream cannot be read ({type(error).__name__}: {error})"


def dropped(message: str) -> ModelError:
    """A stream that ended before its end."""
    return ModelError("llm_dropped", message, "Try again; what came before is kept.", retryable=True)


def plan_too_long(settings: ModelSettings, *, plain: bool = True) -> ModelError:
    """A plan that is longer than it may be. Where the model may think, `max_tokens` alone is told to its server."""
    limit = f"max_plan_tokens = {settings.max_plan_tokens}"
    if not plain or settings.max_tokens < settings.max_plan_tokens:
        limit = f"max_tokens = {settings.max_tokens}"
    name = limit.partition(" ")[0]
    hint = f"Ask a simpler question, use a stronger model, or raise [llm] {name}."
    return ModelError("llm_max_tokens", f"the model's plan was cut off at {limit}", hint)


def dislikes_rich_form(error: Exception) -> bool:
    """Is this a server that does not know the fields which only hosted models have?"""
    if not isinstance(error, anthropic.APIStatusError) or error.status_code not in (400, 422):
        return False
    # There is no code for it, so the fields we added ourselves are looked for in the complaint.
    return any(field in error.message for field in _RICH_FIELDS)


def dislikes_tools(error: anthropic.APIStatusError) -> bool:
    """Is this a server, or a model of it, that takes no tools? Some say so with the status of a failure."""
    return error.status_code in (400, 404, 422, 500, 501) and re.search(r"\btools?\b", error.message) is not None


def dislikes_limit_name(error: anthropic.APIStatusError) -> bool:
    """Is this a server of chat completions whose models want the most tokens of a reply named otherwise?"""
    return error.status_code == 400 and "max_completion_tokens" in error.message


def not_spoken(error: anthropic.APIStatusError | NotSpoken, settings: ModelSettings) -> str | None:
    """What shows that the server does not speak the wire; None where it does, and has said something else."""
    if isinstance(error, NotSpoken):
        return str(error)
    named = re.escape(settings.model) or "model"
    of_the_model = re.search(rf"\bmodels?\b|(?<!\w){named}(?!\w)", error.message) is not None
    return f"status {error.status_code}" if error.status_code in _NO_SUCH_PATH and not of_the_model else None


def speaks_none(refused: Sequence[str], settings: ModelSettings) -> ModelError:
    """The error for a server that speaks none of these wires."""
    message = (
        f"the server at {settings.root_url} speaks {'neither ' if len(refused) > 1 else 'not '}{' nor '.join(refused)}"
    )
    hint = "Check [llm] base_url: the address of a model's server, without the path; and [llm] wire."
    return ModelError("llm_not_found", message, hint)


def stop_error(stop_reason: str | None, settings: ModelSettings, explanation: str = "") -> ModelError | None:
    """The error for a reply that ended for this reason; None where it is whole."""
    if stop_reason == "refusal":
        reason = f": {explanation}" if explanation else ""
        return ModelError("llm_refused", f"the model refused to answer{reason}", "Ask in other words.")
    if stop_reason == "max_tokens":
        message = f"the answer was cut off at max_tokens = {settings.max_tokens}"
        return ModelError("llm_max_tokens", message, "Ask for less, or raise [llm] max_tokens.")
    if stop_reason == "model_context_window_exceeded":
        return _context_exceeded(f"the question and its answer are longer than {settings.model} can hold")
    if stop_reason == "pause_turn":
        return dropped("the model paused before it had finished")
    return None


def _status_error(error: anthropic.APIStatusError, settings: ModelSettings) -> ModelError:
    # An `error` event inside a stream carries the stream's status, 200; its type says what it would have been.
    status = error.status_code if error.status_code >= 400 else _late_status(error)
    said = settings.without_key(error.api_message or error.message)
    where = settings.root_url
    if status in (401, 402, 403):
        hint = f"Check {settings.api_key_env} in the environment of `deadstop serve`, and the key's rights."
        return ModelError("llm_auth", f"{where} does not accept the key: {said}", hint)
    if status == 404:
        hint = "Check [llm] model, and that base_url is right."
        return ModelError("llm_not_found", f"{where} does not know model {settings.model}: {said}", hint)
    if status == 429:
        return _rate_limited(error, said)
    if status == 529 or error.type == "overloaded_error":
        hint = "Try again in a minute, or use another model."
        return ModelError(
            "llm_overloaded", f"the model is overloaded: {said}", hint, retryable=True, wait_s=_wait(error)
        )
    if status >= 500:
        hint = "Try again."
        message = f"the model's server failed with status {status}: {said}"
        return ModelError("llm_server_error", message, hint, retryable=True, wait_s=_wait(error))
    if status == 413 or "too long" in said or "context" in said:
        return _context_exceeded(f"the request is too long for {settings.model}: {said}")
    return ModelError("llm_bad_request", f"{where} refused the request with status {status}: {said}", "Check [llm].")


def _late_status(error: anthropic.APIStatusError) -> int:
    code = _code(error)
    return code if isinstance(code, int) and code >= 400 else _STATUS_OF_TYPE.get(error.type or "", 500)


def _code(error: anthropic.APIStatusError) -> object:
    """What servers of chat completions call the cause: a word, or a status."""
    said = error.body.get("error") if isinstance(error.body, dict) else None
    return said.get("code") if isinstance(said, dict) else None


def _rate_limited(error: anthropic.APIStatusError, said: str) -> ModelError:
    # A spend limit has the status of a rate limit, but waiting does not help.
    spent = "spend_limit" in (error.error_code or "") or _code(error) == "insufficient_quota"
    hint = "Raise the account's spend limit." if spent else "Try again later, or ask for a higher limit."
    message = f"the model's rate limit is reached: {said}"
    return ModelError("llm_rate_limited", message, hint, retryable=not spent, wait_s=_wait(error))


def _context_exceeded(message: str) -> ModelError:
    return ModelError(
        "llm_context_exceeded", message, "Begin a new conversation, or use a model with a longer context."
    )


def _wait(error: anthropic.APIStatusError) -> float | None:
    return wait_s(error.response.headers, time.time())


def wait_s(headers: Mapping[str, Any], now: float) -> float | None:
    """Seconds that `retry-after` asks for (a number or a date; `now` is Unix time), None without a readable one."""
    value = headers.get("retry-after")
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - now)
    except ValueError:
        return None
