import pytest

from gateway.auth.rate_limit import FrameRate


def test_a_burst_of_a_second_passes_and_the_next_frame_waits() -> None:
    rate = FrameRate(10, now=0.0)
    assert [rate.take(0.0) for _ in range(10)] == [0.0] * 10
    assert rate.take(0.0) == pytest.approx(0.1)


def test_who_keeps_the_rate_never_waits() -> None:
    rate = FrameRate(10, now=0.0)
    assert all(rate.take(0.1 * frame) == 0.0 for frame in range(1, 1000))


def test_a_pause_does_not_save_up_more_than_a_second() -> None:
    rate = FrameRate(10, now=0.0)
    assert [rate.take(3600.0) for _ in range(11)].count(0.0) == 10
