from http import HTTPStatus

import pytest

from bus.client import CommandRefused
from bus.contract.vocabulary import Refusal
from bus.transport.sockets import BusError
from bus.wire.replies import UNAVAILABLE, Refused
from gateway.wire.errors import STATUS, ApiError, ErrorBody, error_body


def test_each_way_to_fail_becomes_error_code_and_hint() -> None:
    assert error_body(ApiError("not_found", "there is nothing here", "look elsewhere")) == ErrorBody(
        "there is nothing here", "not_found", "look elsewhere"
    )
    refused = Refused(Refusal.QUOTA, "you have 5 jobs, the limit is 5", "wait for one")
    assert error_body(CommandRefused(refused)) == ErrorBody(refused.error, "quota", refused.hint)
    assert error_body(BusError("no answer within 10 s")).code == UNAVAILABLE


@pytest.mark.parametrize("refusal", list(Refusal))
def test_every_refusal_of_the_supervisor_has_a_status(refusal: Refusal) -> None:
    assert ErrorBody("", refusal).status == STATUS[refusal] >= 400


def test_a_code_that_is_not_known_is_a_bad_request() -> None:
    assert ErrorBody("", "dance").status == HTTPStatus.BAD_REQUEST
