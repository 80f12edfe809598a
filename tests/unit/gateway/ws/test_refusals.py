"""What each frame is answered with that was not carried out."""

from bus.client import CommandRefused
from bus.contract.vocabulary import Refusal
from bus.transport.sockets import BusError
from bus.wire.outside import AgentFailed, ErrorData
from bus.wire.replies import UNAVAILABLE, Refused
from gateway.wire.client_frames import Authenticate, Follow, FrameError, Kill, Query
from gateway.wire.connection_frames import AgentKillError, KillErrorData, WireError, WireErrorData
from gateway.wire.errors import ApiError
from gateway.ws.frame_handlers import refusal_event

FULL = CommandRefused(Refused(Refusal.QUEUE_FULL, "the queue is full", "try later"))
GONE = CommandRefused(Refused("not_found", "there is no such job"))


def test_a_question_that_was_refused_says_whether_to_ask_it_again() -> None:
    assert refusal_event(FULL, Query(session_id="s", query="q")) == AgentFailed(
        ErrorData("s", "the queue is full", "queue_full", "try later", retryable=True)
    )


def test_a_question_nobody_answered_may_be_asked_again() -> None:
    event = refusal_event(BusError("no answer"), Query(session_id="s", query="q"))
    assert isinstance(event, AgentFailed)
    assert (event.data.error, event.data.code, event.data.retryable) == ("no answer", UNAVAILABLE, True)


def test_a_stop_names_the_session_or_the_job_it_was_for() -> None:
    data = KillErrorData("s", "there is no such job", "not_found")
    assert refusal_event(GONE, Kill(session_id="s")) == AgentKillError(data)
    data = KillErrorData("7f3a", "there is no such job", "not_found")
    assert refusal_event(GONE, Kill(job_id="7f3a")) == AgentKillError(data)


def test_everything_else_is_an_error_with_the_session_where_one_is_known() -> None:
    assert refusal_event(GONE, Follow(session_id="s")) == WireError(
        WireErrorData("there is no such job", "not_found", "s")
    )
    late = ApiError("too_many_attempts", "too many wrong tokens from 10.0.0.1")
    assert refusal_event(late, Authenticate("t")) == WireError(
        WireErrorData("too many wrong tokens from 10.0.0.1", "too_many_attempts")
    )


def test_a_frame_that_cannot_be_understood_is_an_error_whatever_it_was() -> None:
    unreadable = FrameError("bad_frame", "query is missing", "s")
    assert refusal_event(unreadable, None) == WireError(WireErrorData("query is missing", "bad_frame", "s"))
    unnamed = FrameError("bad_frame", "which job? session_id is missing")
    assert refusal_event(unnamed, Kill()) == WireError(WireErrorData("which job? session_id is missing", "bad_frame"))
    unsigned = FrameError("unauthorized", "sign in first")
    assert refusal_event(unsigned, Query(session_id="s", query="q")) == WireError(
        WireErrorData("sign in first", "unauthorized", "s")
    )
