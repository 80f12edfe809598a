"""How fast a count rises."""

from supervisor.maintenance.rate import RATE_OVER_S, RollingRate


def test_nothing_has_no_rate() -> None:
    rate = RollingRate()
    assert rate.per_s == 0
    rate.add(1.0, 100)
    assert rate.per_s == 0


def test_the_last_seconds_count() -> None:
    rate = RollingRate()
    for second in range(20):
        rate.add(float(second), 10 * second)
    assert rate.per_s == 10
    for second in range(20, 20 + int(RATE_OVER_S) + 1):
        rate.add(float(second), 190)
    assert rate.per_s == 0


def test_two_samples_at_the_same_moment() -> None:
    rate = RollingRate()
    rate.add(1.0, 1)
    rate.add(1.0, 2)
    assert rate.per_s == 0
