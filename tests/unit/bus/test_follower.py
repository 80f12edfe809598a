"""When a follower reads on from what waits, and when from the log."""

from bus.follower import MAX_WAITING_BYTES, Follower
from bus.wire.batch import Batch


def batch(first: int, last: int, size: int = 10) -> Batch:
    return Batch("j1", first, last, 0.0, False, b"x" * size, False)


def live(after: int = 0) -> Follower:
    """One that has read the log to its end."""
    follower = Follower(after)
    follower.behind = False
    return follower


def test_one_that_has_not_read_the_log_keeps_nothing() -> None:
    follower = Follower(0)
    follower.offer(batch(1, 2))
    assert follower.behind
    assert follower.take() is None
    assert follower.wake.is_set()


def test_what_waits_comes_in_order_and_frees_its_bytes() -> None:
    follower = live()
    follower.offer(batch(1, 2, 7))
    follower.offer(batch(3, 3, 5))
    assert follower.bytes == 12
    taken = [follower.take(), follower.take()]
    assert [(one.first, one.last) for one in taken if one is not None] == [(1, 2), (3, 3)]
    assert follower.bytes == 0
    assert follower.take() is None


def test_one_that_reads_too_slowly_lets_go_of_what_waits() -> None:
    follower = live()
    behind = []
    for waiting in (batch(1, 1, MAX_WAITING_BYTES), batch(2, 2, 1)):
        follower.offer(waiting)
        behind.append(follower.behind)
    assert behind == [False, True]
    assert (follower.take(), follower.bytes) == (None, 0)


def test_a_lost_batch_is_noticed_by_the_streams_last_number() -> None:
    follower = live(after=4)
    behind = []
    for last in (4, 5):
        follower.head(last)
        behind.append(follower.behind)
    assert behind == [False, True]


def test_a_number_is_no_news_while_batches_wait() -> None:
    follower = live(after=4)
    follower.offer(batch(5, 6))
    follower.head(6)
    assert not follower.behind
