"""Which server a command means."""

import pytest

from ops.target import Target


@pytest.mark.parametrize(
    ("url", "token", "address"),
    [
        ("http://127.0.0.1:8642/?token=abc", "", ("http://127.0.0.1:8642", "abc")),
        ("http://127.0.0.1:8642/?token=abc", "def", ("http://127.0.0.1:8642", "def")),
        ("https://deadstop.example.org/chat/", "", ("https://deadstop.example.org/chat", "")),
        ("127.0.0.1:8642", "abc", ("http://127.0.0.1:8642", "abc")),
    ],
)
def test_the_printed_address_can_be_pasted(url: str, token: str, address: tuple[str, str]) -> None:
    assert Target(url=url, token=token).address() == address
