import pytest

from gateway.auth.addresses import network_of
from gateway.auth.anonymous_limits import AnonymousLimits


def test_the_oldest_of_a_full_address_makes_room() -> None:
    limits: AnonymousLimits[int] = AnonymousLimits(per_address=2, in_all=100, timeout_s=1.0)
    assert [limits.add("a", number) for number in range(5)] == [None, None, 0, 1, 2]
    assert limits.add("b", 5) is None
    assert (len(limits), limits.turned_away) == (3, 3)


def test_where_all_are_too_many_the_newcomer_of_a_quiet_address_goes() -> None:
    limits: AnonymousLimits[int] = AnonymousLimits(per_address=10, in_all=2, timeout_s=1.0)
    assert [limits.add("a", 1), limits.add("a", 2), limits.add("b", 3), limits.add("a", 4)] == [None, None, 3, 1]


def test_a_connection_that_is_closed_or_signs_in_counts_no_more() -> None:
    limits: AnonymousLimits[int] = AnonymousLimits(per_address=2, in_all=3, timeout_s=1.0)
    for number in (1, 2):
        limits.add("a", number)
    for number in (1, 1, 2, 7):  # one that signs in and is then closed is counted once
        limits.remove("a", number)
    assert repr(limits) == "<AnonymousLimits 0 open from 0 addresses, 0 turned away>"


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("::1", "::/64"),
    ],
)
def test_an_ipv6_address_counts_as_its_network(address: str, counted_as: str) -> None:
    assert network_of(address) == counted_as
