"""What goes wrong at the edge, as the outside wire says it: `{error, code, hint}` and a status."""

from http import HTTPStatus

import msgspec

from bus.client import CommandRefused
from bus.contract.vocabulary import Refusal
from bus.transport.sockets import BusError
from bus.wire.replies import UNAVAILABLE, UNREADABLE_FILE

STATUS = {
    Refusal.QUEUE_FULL: HTTPStatus.SERVICE_UNAVAILABLE,
    Refusal.QUOTA: HTTPStatus.TOO_MANY_REQUESTS,
    Refusal.CONVERSATION_BUSY: HTTPStatus.CONFLICT,
    Refusal.SESSION_CONFLICT: HTTPStatus.CONFLICT,
    Refusal.BAD_REQUEST: HTTPStatus.BAD_REQUEST,
    Refusal.UNAUTHORIZED: HTTPStatus.UNAUTHORIZED,
    "not_found": HTTPStatus.NOT_FOUND,
    "ambiguous": HTTPStatus.CONFLICT,
    "already_ended": HTTPStatus.CONFLICT,
    "not_ended": HTTPStatus.CONFLICT,
    "name_taken": HTTPStatus.CONFLICT,
    "busy": HTTPStatus.CONFLICT,
    UNREADABLE_FILE: HTTPStatus.UNPROCESSABLE_ENTITY,
    "no_rows": HTTPStatus.NOT_FOUND,
    "not_ready": HTTPStatus.SERVICE_UNAVAILABLE,
    "forbidden": HTTPStatus.FORBIDDEN,
    "bad_origin": HTTPStatus.FORBIDDEN,
    "bad_host": HTTPStatus.MISDIRECTED_REQUEST,
    "too_many_connections": HTTPStatus.SERVICE_UNAVAILABLE,
    "too_many_attempts": HTTPStatus.TOO_MANY_REQUESTS,
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "method_not_allowed": HTTPStatus.METHOD_NOT_ALLOWED,
    "stop_timeout": HTTPStatus.GATEWAY_TIMEOUT,
    "internal": HTTPStatus.INTERNAL_SERVER_ERROR,
    UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""Every error code of the HTTP side, and the status it comes with. Other codes come with 400."""


class ErrorBody(msgspec.Struct, frozen=True):
    """An answer to a request that was not carried out. `code` is stable, the others are for people."""

    error: str
    code: str
    hint: str = ""

    @property
    def status(self) -> int:
        return STATUS.get(self.code, HTTPStatus.BAD_REQUEST)


class ApiError(Exception):
    """A request that cannot be carried out; with `retry_after_s`, not yet."""

    def __init__(self, code: str, error: str, hint: str = "", *, retry_after_s: float = 0.0) -> None:
        super().__init__(error)
        self.body = ErrorBody(error, code, hint)
        self.retry_after_s = retry_after_s


def error_body(error: ApiError | CommandRefused | BusError) -> ErrorBody:
    """The three ways in which a request fails, as one."""
    if isinstance(error, ApiError):
        return error.body
    if isinstance(error, CommandRefused):
        return ErrorBody(error.refused.error, error.refused.code, error.refused.hint)
    return ErrorBody(str(error), UNAVAILABLE, "the same again is safe; `deadstop serve` restarts what has died")
