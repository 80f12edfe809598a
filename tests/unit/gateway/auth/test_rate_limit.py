from gateway.auth.rate_limit import MAX_ADDRESSES, RateLimiter


def test_a_burst_at_once_then_one_at_a_time() -> None:
    allowance = RateLimiter(burst=30, every_s=2.0)
    assert [allowance.take("10.0.0.1", now=100.0) for _ in range(30)] == [0.0] * 30
    assert allowance.wait_s("10.0.0.1", now=100.0) == 2.0
    assert allowance.wait_s("10.0.0.1", now=101.5) == 0.5
    assert allowance.take("10.0.0.1", now=102.0) == 0.0
    assert allowance.wait_s("10.0.0.1", now=102.0) == 2.0
    assert allowance.wait_s("10.0.0.1", now=162.0) == 0.0


def test_another_address_is_not_held_responsible() -> None:
    allowance = RateLimiter(burst=1, every_s=60.0)
    allowance.take("10.0.0.1", now=0.0)
    assert allowance.wait_s("10.0.0.1", now=0.0) == 60.0
    assert allowance.wait_s("10.0.0.2", now=0.0) == 0.0


def test_a_flood_is_forgiven_some_time() -> None:
    allowance = RateLimiter(burst=10, every_s=0.01, most_owed_s=5.0)
    for _ in range(100_000):
        allowance.take("10.0.0.1", now=0.0)
    assert 5.0 <= allowance.wait_s("10.0.0.1", now=0.0) < 5.1


def test_memory_is_bounded_however_many_addresses_there_are() -> None:
    allowance = RateLimiter(burst=30, every_s=2.0)
    for number in range(3 * MAX_ADDRESSES):
        allowance.take(f"address {number}", now=number / 1000)
    assert len(allowance._paid_until) <= MAX_ADDRESSES
