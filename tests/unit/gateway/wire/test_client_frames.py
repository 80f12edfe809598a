import msgspec
import pytest

from bus.contract.vocabulary import Role, State
from bus.wire.commands import Caller, Options, Submit
from gateway.wire.client_frames import (
    Authenticate,
    Follow,
    FrameError,
    Kill,
    ListQuery,
    Query,
    QueryOptions,
    decode_body,
    decode_frame,
    submit_command,
)
from gateway.wire.errors import ApiError

ANN = Caller("ann", Role.USER)


def decode(event: str, **data: object) -> object:
    return decode_frame(msgspec.json.encode({"event": event, "data": data}), 10_000)


def test_every_event_of_the_wire() -> None:
    assert decode("authenticate", token="t", batch=True) == Authenticate("t", True)
    assert decode("agent_kill", session_id="s", reason="enough", now=True) == Kill("s", "", "enough", True)
    assert decode("agent_follow", session_id="s", after_seq=7) == Follow("s", "", 7)
    assert decode("agent_list", state="running") == ListQuery(State.RUNNING)
    assert decode(
        "agent_query_stream",
        session_id="s",
        query="how many?",
        user_clarification=None,
        user_id="somebody",
        options={"max_rows": 5, "table_format": "arrow"},
    ) == Query(session_id="s", query="how many?", options=QueryOptions(max_rows=5, table_format="arrow"))


def test_data_may_be_missing_where_nothing_is_needed() -> None:
    assert decode_frame(b'{"event": "agent_list"}', 100) == ListQuery()


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"", "bad_frame"),
        (b"hello", "bad_frame"),
        (b"[]", "bad_frame"),
        (b'"\xff"', "bad_frame"),
        (b'{"event": 5}', "bad_frame"),
        (b'{"event": "agent_kill", "data": 5}', "bad_frame"),
        (b'{"event": "agent_kill", "data": {"session_id": 5}}', "bad_frame"),
        (b'{"event": "agent_follow", "data": {"after_seq": "x"}}', "bad_frame"),
        (b'{"event": "agent_query_stream", "data": {"session_id": "s"}}', "bad_frame"),
        (b'{"event": "dance", "data": {}}', "unknown_event"),
        (b'{"event": "agent_list", "data": {"x": "' + b"y" * 200 + b'"}}', "bad_frame"),
    ],
)
def test_a_wrong_frame_says_what_is_wrong(frame: bytes, code: str) -> None:
    with pytest.raises(FrameError) as caught:
        decode_frame(frame, 200)
    assert caught.value.body.code == code


def test_the_error_names_the_session_where_it_can_be_read() -> None:
    with pytest.raises(FrameError, match="query") as caught:
        decode("agent_query_stream", session_id="s", query=5)
    assert caught.value.session_id == "s"


def test_a_misspelt_option_is_not_ignored() -> None:
    with pytest.raises(FrameError, match="max_row`"):
        decode("agent_query_stream", session_id="s", query="q", options={"max_row": 5})


def test_deep_nesting_is_an_error_and_not_a_crash() -> None:
    with pytest.raises(FrameError):
        decode_frame(b'{"event":"agent_list","data":' + b"[" * 50_000 + b"]" * 50_000 + b"}", 200_000)


def test_a_body_is_a_question() -> None:
    assert decode_body(b'{"query": "how many?"}').query == "how many?"
    with pytest.raises(ApiError) as caught:
        decode_body(b"{}")
    assert caught.value.body.code == "bad_request"


def test_the_command_carries_what_was_asked() -> None:
    query = Query(session_id="s", query="how many?", conversation_id="c", options=QueryOptions(max_rows=5))
    assert submit_command(query, ANN, attached=True) == Submit(
        caller=ANN,
        session_id="s",
        question="how many?",
        conversation_id="c",
        attached=True,
        options=Options(max_rows=5),
    )
