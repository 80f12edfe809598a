import pytest

from gateway.auth.connection_limits import ConnectionLimits
from gateway.wire.errors import ApiError


def test_one_address_may_open_so_many_and_another_still_may() -> None:
    limits = ConnectionLimits(in_all=10, per_address=2)
    with limits.opened("a"), limits.opened("a"), limits.opened("b"):
        with pytest.raises(ApiError, match="2 connections from a are open, the limit is 2"), limits.opened("a"):
            pass
        with limits.opened("b"):
            pass


def test_what_is_closed_counts_no_more_however_it_ended() -> None:
    limits = ConnectionLimits(in_all=1, per_address=1)
    with pytest.raises(RuntimeError, match="broke off"), limits.opened("a"):
        raise RuntimeError("broke off")
    with (
        limits.opened("b"),
        pytest.raises(ApiError, match="1 connections are open, the limit is 1"),
        limits.opened("a"),
    ):
        pass
    assert repr(limits) == "<ConnectionLimits 0 of 1 open>"
