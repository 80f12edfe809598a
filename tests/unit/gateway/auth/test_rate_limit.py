import pytest

from gateway.auth.rate_limit import MAX_ADDRESSES, AddressRateLimiter, Rate, RateLimiter


def test_a_burst_at_once_then_one_at_a_time() -> None:
    limiter = AddressRateLimiter(Rate(burst=30, every_s=2.0))
    assert [limiter.take("10.0.0.1", now=100.0) for _ in range(30)] == [0.0] * 30
    assert limiter.wait_s("10.0.0.1", now=100.0) == 2.0
    assert limiter.wait_s("10.0.0.1", now=101.5) == 0.5
    assert limiter.take("10.0.0.1", now=102.0) == 0.0
    assert limiter.wait_s("10.0.0.1", now=102.0) == 2.0
    assert limiter.wait_s("10.0.0.1", now=162.0) == 0.0


def test_another_address_is_not_held_responsible() -> None:
    limiter = AddressRateLimiter(Rate(burst=1, every_s=60.0))
    limiter.take("10.0.0.1", now=0.0)
    assert limiter.wait_s("10.0.0.1", now=0.0) == 60.0
    assert limiter.wait_s("10.0.0.2", now=0.0) == 0.0


def test_a_flood_is_forgiven_some_time() -> None:
    limiter = AddressRateLimiter(Rate(burst=10, every_s=0.01, most_owed_s=5.0))
    for _ in range(100_000):
        limiter.take("10.0.0.1", now=0.0)
    assert 5.0 <= limiter.wait_s("10.0.0.1", now=0.0) < 5.1


def test_memory_is_bounded_however_many_addresses_there_are() -> None:
    limiter = AddressRateLimiter(Rate(burst=30, every_s=2.0))
    for number in range(3 * MAX_ADDRESSES):
        limiter.take(f"address {number}", now=number / 1000)
    assert 0 < len(limiter) <= MAX_ADDRESSES


def test_after_a_burst_the_next_waits_and_the_one_after_it_longer() -> None:
    limiter = RateLimiter(Rate(burst=10, every_s=0.1))
    assert [limiter.take(0.0) for _ in range(10)] == [0.0] * 10
    assert limiter.take(0.0) == pytest.approx(0.1)
    assert limiter.take(0.0) == pytest.approx(0.2)


def test_a_sender_that_keeps_the_rate_never_waits() -> None:
    limiter = RateLimiter(Rate(burst=10, every_s=0.1))
    assert all(limiter.take(0.1 * frame) == 0.0 for frame in range(1, 1000))


def test_a_pause_does_not_save_up_more_than_the_burst() -> None:
    limiter = RateLimiter(Rate(burst=10, every_s=0.1))
    assert [limiter.take(3600.0) for _ in range(11)].count(0.0) == 10
