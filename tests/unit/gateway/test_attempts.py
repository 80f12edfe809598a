from gateway.attempts import MAX_ADDRESSES, Attempts


def test_so_many_failures_at_once_then_one_every_interval() -> None:
    attempts = Attempts(per_min=30)
    for _ in range(30):
        assert attempts.wait_s("10.0.0.1", now=100.0) == 0
        attempts.failed("10.0.0.1", now=100.0)
    assert attempts.wait_s("10.0.0.1", now=100.0) == 2.0
    assert attempts.wait_s("10.0.0.1", now=101.5) == 0.5
    assert attempts.wait_s("10.0.0.1", now=102.0) == 0
    attempts.failed("10.0.0.1", now=102.0)
    assert attempts.wait_s("10.0.0.1", now=102.0) == 2.0
    assert attempts.wait_s("10.0.0.1", now=162.0) == 0


def test_another_address_is_not_held_responsible() -> None:
    attempts = Attempts(per_min=1)
    attempts.failed("10.0.0.1", now=0.0)
    assert attempts.wait_s("10.0.0.1", now=0.0) == 60.0
    assert attempts.wait_s("10.0.0.2", now=0.0) == 0


def test_memory_is_bounded_however_many_addresses_there_are() -> None:
    attempts = Attempts(per_min=30)
    for number in range(3 * MAX_ADDRESSES):
        attempts.failed(f"address {number}", now=number / 1000)
    assert len(attempts._paid_until) <= MAX_ADDRESSES
