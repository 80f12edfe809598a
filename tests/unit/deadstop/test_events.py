"""What comes over the wire as the client's structs; what a newer server says beside does no harm."""

import errno
import ssl
from typing import Any, get_args

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey

from bus.contract.events import Chunk as InsideChunk
from bus.contract.events import TableRows
from bus.wire.outside import JsonChunk, JsonRows
from deadstop.client import Accepted, Chunk, Failed, Rows, Status, UnknownChunk, UnknownEvent
from deadstop.client.events import typed
from deadstop.client.http import _Lines, _why, address_of

KEY: Any = ConnectionKey("there", 1, True, True, None, None, None, None)


def test_a_chunk_has_the_type_that_it_names() -> None:
    data = {"session_id": "s", "seq": 3, "chunk": {"type": "status", "message": "looking"}}
    assert typed({"event": "agent_chunk", "data": data}) == Chunk("s", 3, Status("looking"))
    data = {"session_id": "s", "seq": 4, "chunk": {"type": "table_rows", "rows": [[1, None]]}}
    assert typed({"event": "agent_chunk", "data": data}) == Chunk("s", 4, Rows([[1, None]]))


def test_fields_that_a_newer_server_adds_are_passed_over() -> None:
    data = {"session_id": "s", "job_id": "j", "seq": 1, "position": 0, "mood": "fine"}
    assert typed({"event": "agent_accepted", "data": data}) == Accepted("s", "j", 1, 0)


def test_what_is_not_known_keeps_its_number() -> None:
    chunk = {"type": "hologram", "depth": 3}
    event = typed({"event": "agent_chunk", "data": {"session_id": "s", "seq": 2, "chunk": chunk}})
    assert event == Chunk("s", 2, UnknownChunk(chunk))
    other = typed({"event": "agent_paused", "data": {"session_id": "s", "seq": 3}})
    assert isinstance(other, UnknownEvent)
    assert other.seq == 3


def test_a_refusal_has_no_number() -> None:
    data = {"session_id": "s", "error": "full", "code": "queue_full", "hint": "later", "retryable": True}
    event = typed({"event": "agent_error", "data": data})
    assert isinstance(event, Failed)
    assert event.seq is None


def test_every_chunk_of_the_inside_goes_out() -> None:
    assert {*get_args(JsonChunk)} == {*get_args(InsideChunk), JsonRows} - {TableRows}


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_lines_are_the_same_however_they_are_cut(size: int) -> None:
    text = b"id: 1\ndata: {}\n\nid: 2\ndata: []\n\nlost"
    lines = _Lines()
    found = [line for at in range(0, len(text), size) for line in lines.take(text[at : at + size])]
    assert found == [b"id: 1", b"data: {}", b"", b"id: 2", b"data: []", b""]


@pytest.mark.parametrize(
    ("url", "token", "expected"),
    [
        ("http://here:8642/?token=t", "", ("http://here:8642", "t")),
        ("here:8642", "given", ("http://here:8642", "given")),
        ("https://there/below/", "", ("https://there/below", "")),
        ("http://here:1/?token=t", "given", ("http://here:1", "given")),
    ],
)
def test_an_address_may_hold_the_token(url: str, token: str, expected: tuple[str, str]) -> None:
    assert address_of(url, token) == expected


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (aiohttp.NonHttpUrlClientError("ftp://there"), "an address begins with http:// or https://"),
        (aiohttp.ClientConnectorSSLError(KEY, ssl.SSLError(1, "wrong")), "it does not answer in TLS; is its address"),
        (
            aiohttp.ClientConnectorCertificateError(KEY, ssl.CertificateError("self-signed")),
            "its certificate is not trusted",
        ),
        (aiohttp.ClientConnectorError(KEY, OSError(errno.ECONNREFUSED, "Connect call failed")), "Connection refused"),
        (aiohttp.ClientConnectorError(KEY, OSError(-2, "Name or service not known")), "Name or service not known"),
    ],
)
def test_an_address_that_does_not_answer_is_said_in_words(error: aiohttp.ClientError, words: str) -> None:
    assert words in _why(error)
    assert "ssl:" not in _why(error)
