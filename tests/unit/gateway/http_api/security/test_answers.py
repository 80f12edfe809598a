"""What an answer holds whatever went wrong: our headers, and a body that says what to do."""

import json
from http import HTTPStatus

import pytest
from aiohttp import web

from gateway.http_api.security.headers import HEADERS, secure_headers
from gateway.http_api.security.middleware import unreadable


@pytest.mark.parametrize("status", [HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE])
def test_what_is_no_request_is_answered_as_everything_else_is(status: HTTPStatus) -> None:
    answer = unreadable(status)
    assert (answer.status, json.loads(answer.text or "")["code"]) == (status, "bad_request")
    assert answer.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]


def test_a_fault_of_ours_does_not_blame_the_request() -> None:
    assert json.loads(unreadable(HTTPStatus.INTERNAL_SERVER_ERROR).text or "")["code"] == "internal"


def test_a_handlers_own_header_stays_and_versions_are_not_told() -> None:
    response = web.Response(headers={"Cache-Control": "max-age=60", "Server": "Python/3.11 aiohttp/3.14"})
    secure_headers(response)
    assert (response.headers["Cache-Control"], response.headers["Server"]) == ("max-age=60", "Deadstop")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
