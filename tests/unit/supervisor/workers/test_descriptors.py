"""How many workers the descriptors are enough for."""

import resource

from supervisor.workers.descriptors import PER_WORKER, RESERVE, Descriptors, shortage


def test_a_worker_that_is_starting_counts_as_one_that_has_opened_its_own() -> None:
    limit = 30 + 2 * PER_WORKER + RESERVE
    assert shortage(30, 0, limit) == ""
    assert shortage(30, 1, limit) == ""
    assert shortage(31, 1, limit) == (
        f"the server has 31 of {limit} file descriptors open, keeps {RESERVE} in reserve, and a job takes {PER_WORKER}"
    )
    assert shortage(10**6, 10**6, resource.RLIM_INFINITY) == ""


def test_the_descriptors_of_this_process_are_looked_at() -> None:
    assert Descriptors(lambda: 0).shortage() == ""
    assert "in reserve" in Descriptors(lambda: 10**7).shortage()
