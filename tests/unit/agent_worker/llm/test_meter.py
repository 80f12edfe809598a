"""What calls cost, and when they have cost too much."""

import pytest

from agent_worker.llm.errors import BudgetExceeded
from agent_worker.llm.meter import ADDED_TOKENS, LONGER, Call, CallLimits, Meter
from agent_worker.llm.settings import ModelSettings
from bus.contract.events import Usage
from bus.contract.settings import Price

PRICE = Price(input=2.0, output=10.0, cached=0.2)


def send(meter: Meter, prompt_bytes: int) -> Call:
    call = meter.begin(prompt_bytes)
    call.sent()
    return call


def test_finished_call_is_exact() -> None:
    meter = Meter(PRICE)
    call = send(meter, 4_000)
    call.started(1_000, cached_tokens=20_000, written_tokens=8_000)
    call.produced(400)
    call.finished(300)
    cost = (1_000 * 2 + 8_000 * 2 * 1.25 + 20_000 * 0.2 + 300 * 10) / 1e6
    usage = meter.usage()
    assert usage.cost_usd == pytest.approx(cost)
    assert (usage.model_calls, usage.input_tokens, usage.output_tokens) == (1, 9_000, 300)
    assert (usage.cached_tokens, usage.estimated) == (20_000, False)


def test_call_that_was_cut_off_is_estimated() -> None:
    meter = Meter(PRICE)
    call = send(meter, 4_000)
    call.started(1_000)
    call.produced(401)
    usage = meter.usage()
    assert usage.cost_usd == pytest.approx((2_000 + 1_010) / 1e6)
    assert (usage.input_tokens, usage.output_tokens, usage.estimated) == (1_000, 101, True)


def test_call_without_a_reply_costs_its_input() -> None:
    meter = Meter(PRICE)
    send(meter, 4_000)
    assert (meter.usage().input_tokens, meter.usage().estimated) == (1_000, True)


def test_call_that_was_never_sent_costs_nothing() -> None:
    meter = Meter(PRICE)
    meter.begin(4_000)
    assert meter.usage().cost_usd == 0


def test_refused_call_costs_nothing() -> None:
    meter = Meter(PRICE, CallLimits(max_model_calls=1))
    for _ in range(3):
        call = send(meter, 4_000)
        call.refused()
        assert meter.usage() == Usage()


def test_calls_are_limited() -> None:
    meter = Meter(None, CallLimits(max_model_calls=2))
    meter.begin(1)
    meter.begin(1)
    with pytest.raises(BudgetExceeded, match="the job used 3, more than max_model_calls = 2 allows"):
        meter.begin(1)


def test_tokens_are_limited_while_they_stream() -> None:
    meter = Meter(None, CallLimits(max_output_tokens=10))
    meter.begin(1).produced(20)
    call = meter.begin(1)
    call.produced(20)
    with pytest.raises(BudgetExceeded) as caught:
        call.produced(1)
    assert (caught.value.limit, caught.value.value, caught.value.maximum) == ("max_output_tokens", 11, 10)


def test_cost_is_limited_while_it_streams() -> None:
    meter = Meter(PRICE, CallLimits(max_cost_usd=0.001))
    call = meter.begin(1)
    call.produced(396)
    with pytest.raises(BudgetExceeded) as caught:
        call.produced(40)
    assert caught.value.limit == "max_cost_usd"


def test_the_servers_count_can_reach_a_limit_only_at_the_next_call() -> None:
    meter = Meter(None, CallLimits(max_output_tokens=10))
    meter.begin(1).finished(100)
    with pytest.raises(BudgetExceeded):
        meter.begin(1)


@pytest.mark.parametrize(
    ("model", "price"),
    [("claude-haiku-5-5", 0.10), ("claude-opus-5-5-20261101", 4.0), ("claude-haiku-5-55", None), ("llama", None)],
)
def test_price_is_found_by_name(model: str, price: float | None) -> None:
    found = ModelSettings(model=model).price
    assert (found.input if found else None) == price


def test_a_prompt_is_counted_from_the_moment_that_it_is_sent() -> None:
    told: list[Usage] = []
    meter = Meter(PRICE, on_change=lambda: told.append(meter.usage()))
    send(meter, 4_000).started(900)
    send(meter, 400).refused()
    said = [(usage.model_calls, usage.input_tokens, usage.estimated) for usage in told]
    assert said == [(1, 1_000, True), (1, 900, True), (2, 1_000, True), (1, 900, True)]


def test_a_call_whose_prompt_the_server_did_not_count_stays_estimated() -> None:
    meter = Meter(PRICE)
    call = send(meter, 4_000)
    call.finished(300)
    assert (meter.usage().input_tokens, meter.usage().output_tokens, meter.usage().estimated) == (1_000, 300, True)


def test_no_call_is_begun_that_the_budget_may_not_hold() -> None:
    """Each byte of a prompt may be a token that is written to the cache."""
    meter = Meter(PRICE, CallLimits(left_of_day_usd=0.01))
    meter.begin(4_000).started(1_000)
    with pytest.raises(BudgetExceeded, match="the job would use more than the 0"):
        meter.begin(3_300)
    meter.begin(3_000)


def test_a_reply_is_no_longer_than_what_is_left_pays_for() -> None:
    meter = Meter(PRICE, CallLimits(max_cost_usd=1.0, left_of_day_usd=0.02))
    call = meter.begin(4_000)
    assert call.reply_limit is not None
    assert (call.reply_limit[0], call.reply_limit[1].limit) == (1_000, "max_cost_usd_per_user_day")
    with pytest.raises(BudgetExceeded, match="the job would use more than"):
        call.produced(4_001)
    assert call.output_tokens == 1_000, "a server that is asked for no more counts no more"
    assert Meter(PRICE).begin(1).reply_limit is None
    assert Meter(None, CallLimits(max_cost_usd=1.0)).begin(1).reply_limit is None


@pytest.mark.parametrize("counted", [(0,), (0, 0, 0), (10**9,), (0, 10**9), (4_001 + ADDED_TOKENS,)])
def test_an_input_that_cannot_be_is_no_count(counted: tuple[int, ...]) -> None:
    meter = Meter(PRICE)
    send(meter, 4_000).started(*counted)
    usage = meter.usage()
    assert (usage.input_tokens, usage.cached_tokens, usage.estimated) == (1_000, 0, True)


def test_an_input_may_be_counted_more_than_once_and_only_grows() -> None:
    meter = Meter(PRICE)
    call = send(meter, 4_000)
    call.started(1)
    call.started(900, cached_tokens=50)
    call.started(900)
    assert (meter.usage().input_tokens, meter.usage().cached_tokens) == (900, 50)


def test_a_reply_longer_than_any_that_was_asked_for_is_no_count() -> None:
    meter = Meter(PRICE)
    call = send(meter, 4_000)
    call.max_tokens = 100
    call.started(1_000)
    call.produced(400)
    call.finished(10**9)
    assert (meter.usage().output_tokens, meter.usage().estimated) == (100, True)
    call.finished(400 * LONGER)
    assert (meter.usage().output_tokens, meter.usage().estimated) == (400 * LONGER, False)


def test_what_comes_after_the_servers_count_is_added_to_it() -> None:
    """Some count with each piece, and what they count is more than what they show."""
    meter = Meter(PRICE)
    call = send(meter, 4_000)
    call.started(1_000)
    call.produced(4)
    call.finished(5_000)
    call.produced(8)
    assert (meter.usage().output_tokens, meter.usage().estimated) == (5_002, True)
