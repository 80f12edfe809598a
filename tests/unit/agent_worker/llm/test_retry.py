"""When to try again: decisions without a clock."""

import pytest

from agent_worker.llm.errors import ModelError
from agent_worker.llm.retry import trying_again, wait_before
from agent_worker.llm.settings import ModelSettings
from agent_worker.llm.transport.failures import wait_s

SETTINGS = ModelSettings(max_retries=3, first_retry_wait_s=1.0, max_retry_wait_s=3.0)


def overloaded(asked_s: float | None = None) -> ModelError:
    return ModelError("llm_overloaded", "the model is overloaded: busy", "", retryable=True, wait_s=asked_s)


def test_waits_double_up_to_the_limit() -> None:
    assert [wait_before(overloaded(), attempt, SETTINGS) for attempt in (1, 2, 3)] == [1.0, 2.0, 3.0]


def test_last_try_raises_the_error() -> None:
    error = overloaded()
    with pytest.raises(ModelError) as caught:
        wait_before(error, 4, SETTINGS)
    assert caught.value is error


def test_what_cannot_help_is_not_tried() -> None:
    with pytest.raises(ModelError, match="no key"):
        wait_before(ModelError("llm_auth", "no key", ""), 1, SETTINGS)


def test_server_may_ask_for_less_but_not_for_more_than_the_limit() -> None:
    assert wait_before(overloaded(0.5), 1, SETTINGS) == 0.5
    with pytest.raises(ModelError, match=r"asks to wait 4 s, more than max_retry_wait_s = 3 allows"):
        wait_before(overloaded(4), 1, SETTINGS)


def test_people_read_why_when_and_which_try() -> None:
    assert trying_again(overloaded(), 2.0, 2, 4) == "the model is overloaded; trying again in 2 s (2 of 4)"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("12", 12), ("0.5", 0.5), ("-1", 0), ("Thu, 01 Jan 1970 00:01:40 GMT", 40), ("soon", None)],
)
def test_retry_after_is_a_number_or_a_date(value: str, seconds: float | None) -> None:
    assert wait_s({"retry-after": value}, now=60) == seconds


def test_no_header_is_no_wish() -> None:
    assert wait_s({}, now=60) is None
