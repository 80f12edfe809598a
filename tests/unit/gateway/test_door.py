import pytest

from gateway.door import Door, network_of


def test_strangers_are_counted_by_address_and_in_all() -> None:
    door = Door(per_address=2, in_all=3, patience_s=1.0)
    assert [door.enter(address) for address in ("a", "a", "a", "b", "c")] == [True, True, False, True, False]
    assert (door.strangers, door.turned_away) == (3, 2)
    door.leave("a")
    assert door.enter("a")
    for address in ("a", "a", "b"):
        door.leave(address)
    assert door.strangers == 0
    assert not door._strangers


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
