import pytest

from gateway.auth.addresses import network_of
from gateway.auth.anonymous_limits import AnonymousLimits


def test_who_has_waited_longest_at_a_full_address_makes_room() -> None:
    door: AnonymousLimits[int] = AnonymousLimits(per_address=2, in_all=100, patience_s=1.0)
    assert [door.enter("a", number) for number in range(5)] == [None, None, 0, 1, 2]
    assert door.enter("b", 5) is None
    assert (door.strangers, door.turned_away) == (3, 3)


def test_where_all_are_too_many_the_newcomer_of_a_quiet_address_goes() -> None:
    door: AnonymousLimits[int] = AnonymousLimits(per_address=10, in_all=2, patience_s=1.0)
    assert [door.enter("a", 1), door.enter("a", 2), door.enter("b", 3), door.enter("a", 4)] == [None, None, 3, 1]


def test_who_leaves_or_signs_in_is_no_stranger_any_more() -> None:
    door: AnonymousLimits[int] = AnonymousLimits(per_address=2, in_all=3, patience_s=1.0)
    for number in (1, 2):
        door.enter("a", number)
    for number in (1, 1, 2, 7):  # somebody who signs in and then leaves is counted once
        door.leave("a", number)
    assert door.strangers == 0
    assert not door._by_address


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
