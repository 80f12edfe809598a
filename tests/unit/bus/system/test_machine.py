"""How many processes and threads there are on the machine."""

import threading

import pytest

from bus.system.machine import count_tasks, tasks_more


def test_threads_count() -> None:
    ended = threading.Event()
    threads = [threading.Thread(target=ended.wait) for _ in range(200)]
    before = count_tasks()
    for thread in threads:
        thread.start()
    during = count_tasks()
    ended.set()
    for thread in threads:
        thread.join()
    assert tasks_more(during, before) > 100  # others come and go meanwhile


@pytest.mark.parametrize(("now", "then", "more"), [(10, 3, 7), (3, 10, -7), (5, 65_530, 11), (65_530, 5, -11)])
def test_it_counts_round(now: int, then: int, more: int) -> None:
    assert tasks_more(now, then) == more
