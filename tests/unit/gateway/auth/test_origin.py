import pytest

from gateway.auth.origin import host_allowed, origin_allowed

OWN = "http://127.0.0.1:8642"


@pytest.mark.parametrize("header", ["127.0.0.1:8642", "localhost:8642", "LOCALHOST", "[::1]:8642", "127.0.0.1"])
def test_on_loopback_our_own_names_are_answered(header: str) -> None:
    assert host_allowed(header, ["127.0.0.1"], [], on_loopback=True)


NO_HOSTS = ["", "[::1", "evil.example@localhost", "localhost/x", "localhost?x", "localhost#x", "localhost\\x"]


@pytest.mark.parametrize("header", ["evil.example:8642", "127.0.0.1.evil.example", "10.0.0.5:8642", *NO_HOSTS])
def test_on_loopback_a_foreign_name_is_not(header: str) -> None:
    assert not host_allowed(header, ["127.0.0.1"], [], on_loopback=True)


def test_a_proxy_in_front_is_named_by_its_origin() -> None:
    assert host_allowed("chat.example", ["127.0.0.1"], ["https://chat.example"], on_loopback=True)
    assert not host_allowed("other.example", ["127.0.0.1"], ["https://chat.example"], on_loopback=True)


@pytest.mark.parametrize("header", ["192.0.2.7", "[2001:db8::7]:8642", "box", "BOX:8642", "chat.example", "localhost"])
def test_beyond_loopback_addresses_and_own_names_lead_here(header: str) -> None:
    assert host_allowed(header, ["0.0.0.0", "Box"], ["https://chat.example"], on_loopback=False)


@pytest.mark.parametrize("header", ["evil.example", "box.evil.example", "192.0.2.7.evil.example", "", ":8642", "[::1"])
def test_beyond_loopback_a_foreign_name_does_not(header: str) -> None:
    assert not host_allowed(header, ["0.0.0.0", "box"], ["https://chat.example"], on_loopback=False)


def test_our_own_page_may_use_the_cookie() -> None:
    assert origin_allowed("http://127.0.0.1:8642", "same-origin", OWN, [])
    assert origin_allowed("https://chat.example", "", OWN, ["https://chat.example/"])


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "http://127.0.0.1:8643",
        "https://127.0.0.1:8642",
        "http://localhost:8642",
        "http://127.0.0.1:8642.evil.example",
        "http://evil.example",
        "null",
    ],
)
def test_another_page_may_not(origin: str) -> None:
    assert not origin_allowed(origin, "cross-site", OWN, [])


def test_a_form_without_referrer_counts_when_the_browser_vouches_for_it() -> None:
    assert origin_allowed("null", "same-origin", OWN, [])
    assert not origin_allowed("null", "", OWN, [])
