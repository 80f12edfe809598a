"""What clients send: frames of the WebSocket, and the same question as the body of a POST."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from bus.contract.vocabulary import RatingVerdict, Refusal, State
from bus.wire.commands import MAX_COMMENT_CHARS, Caller, Options, Submit
from gateway.wire.errors import ApiError

MAX_SEQ = (1 << 53) - 1
"""Beyond this a JSON number is not what it says in JavaScript; no stream gets there."""

_NAME = {"pattern": "^[A-Za-z0-9_-]{0,64}$"}
"""The pattern of names in schemas; decoding does not check it, because the supervisor's words about a wrong name are
better."""


UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What the decoder raises for bytes from outside; the last one for a frame that is nested too deeply."""


class FrameError(ApiError):
    """A frame that cannot be understood or followed; the connection goes on. `session_id` is there where it can be
    read."""

    def __init__(self, code: str, error: str, session_id: str = "") -> None:
        super().__init__(code, error)
        self.session_id = session_id


class Frame(msgspec.Struct, frozen=True):
    """Every frame: a name, and data that depend on it."""

    event: str
    data: msgspec.Raw = msgspec.Raw(b"{}")


class Authenticate(msgspec.Struct, frozen=True):
    token: str | None = None
    batch: bool = False


class QueryOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Limits of this job, which can only be lowered, never raised; and the model to ask, one of those of the server."""

    max_rows: Annotated[int, Meta(ge=1, le=MAX_SEQ)] | None = None
    max_runtime_s: Annotated[float, Meta(gt=0)] | None = None
    table_format: Literal["json", "arrow"] = "json"
    model: str | None = None


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """A question. `follows` is the session of the question in the conversation that this one comes after, empty to
    begin it anew; without it the latest one. `saved` is the saved question of which this is a run on the board.
    `user_id` is accepted and ignored: the token names the user."""

    session_id: Annotated[str, Meta(extra_json_schema=_NAME)] = ""
    query: str
    conversation_id: Annotated[str, Meta(extra_json_schema=_NAME)] | None = None
    user_clarification: str | None = None
    agent: str | None = None
    detached: bool = False
    options: QueryOptions | None = None
    follows: Annotated[str, Meta(extra_json_schema=_NAME)] | None = None
    saved: str | None = None


class Kill(msgspec.Struct, frozen=True):
    """`job_id` instead of `session_id` is for operators: it names other people's jobs too."""

    session_id: str = ""
    job_id: str = ""
    reason: str | None = None
    now: bool = False


class Follow(msgspec.Struct, frozen=True):
    session_id: str = ""
    job_id: str = ""
    after_seq: Annotated[int, Meta(ge=0, le=MAX_SEQ)] = 0
    table_format: Literal["json", "arrow"] = "json"


class ListQuery(msgspec.Struct, frozen=True):
    state: State | None = None


ClientFrame = Authenticate | Query | Kill | Follow | ListQuery

EVENTS: dict[str, type[ClientFrame]] = {
    "authenticate": Authenticate,
    "agent_query_stream": Query,
    "agent_kill": Kill,
    "agent_follow": Follow,
    "agent_list": ListQuery,
}

_decode_frame = msgspec.json.Decoder(Frame)
_decoders = {name: msgspec.json.Decoder(type_) for name, type_ in EVENTS.items()}
_decode_query = msgspec.json.Decoder(Query)


class _Named(msgspec.Struct):
    session_id: str = ""


def decode_frame(data: bytes, max_bytes: int) -> ClientFrame:
    """A text frame's content. Raises `FrameError` that says what is wrong, where, and in which session."""
    if len(data) > max_bytes:
        raise FrameError("bad_frame", f"a frame has {len(data)} bytes, the limit is {max_bytes}; send less in one")
    try:
        frame = _decode_frame.decode(data)
    except UNREADABLE as error:
        raise FrameError("bad_frame", f'a frame is {{"event": NAME, "data": {{...}}}} in JSON: {error}') from error
    decoder = _decoders.get(frame.event)
    if decoder is None:
        known = ", ".join(EVENTS)
        raise FrameError("unknown_event", f"there is no event {frame.event[:64]!r}; known: {known}", _named(frame.data))
    try:
        return decoder.decode(frame.data)
    except UNREADABLE as error:
        raise FrameError("bad_frame", f"{frame.event}: {error}", _named(frame.data)) from error


def decode_body(data: bytes) -> Query:
    """The body of a POST. Raises `ApiError`."""
    try:
        return _decode_query.decode(data)
    except UNREADABLE as error:
        raise ApiError(Refusal.BAD_REQUEST, f'the body is {{"query": "...", ...}} in JSON: {error}') from error


class JobRating(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an answer was worth; `verdict` null takes it back."""

    verdict: RatingVerdict | None
    comment: Annotated[str, Meta(extra_json_schema={"maxLength": MAX_COMMENT_CHARS})] = ""


_decode_rating = msgspec.json.Decoder(JobRating)


def decode_rating(data: bytes) -> JobRating:
    """The body of a rating. Raises `ApiError`."""
    try:
        return _decode_rating.decode(data)
    except UNREADABLE as error:
        raise ApiError(Refusal.BAD_REQUEST, f'the body is {{"verdict": "up", "comment": "..."}}: {error}') from error


def submit_command(query: Query, caller: Caller, *, attached: bool) -> Submit:
    """The command that asks this question; the supervisor checks its names and texts."""
    options = query.options or QueryOptions()
    return Submit(
        caller=caller,
        session_id=query.session_id,
        question=query.query,
        agent=query.agent or "",
        conversation_id=query.conversation_id or "",
        user_clarification=query.user_clarification,
        attached=attached,
        options=Options(options.max_rows, options.max_runtime_s, options.table_format, options.model or ""),
        follows=query.follows,
        saved=query.saved or "",
    )


def _named(data: msgspec.Raw) -> str:
    """The session of a frame whose data are wrong, where it can still be read."""
    try:
        return msgspec.json.decode(data, type=_Named).session_id[:64]
    except UNREADABLE:
        return ""
