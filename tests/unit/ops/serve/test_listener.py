"""The address that `serve` listens on."""

import os
import socket
from collections.abc import Iterator

import pytest

from ops.errors import OpsError
from ops.serve.listener import is_loopback, listen, url_of


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def test_a_named_port_that_is_taken_says_who_holds_it(taken: int) -> None:
    with pytest.raises(OpsError) as caught:
        listen("127.0.0.1", taken, named=True)
    message = str(caught.value)
    assert f"port {taken} on 127.0.0.1 is taken by" in message
    assert f"(pid {os.getpid()})" in message
    assert "--port" in message


def test_an_unnamed_port_that_is_taken_becomes_the_next_free_one(taken: int) -> None:
    with listen("127.0.0.1", taken, named=False) as listener:
        assert taken < listener.getsockname()[1] <= taken + 50


def test_the_address_that_people_open() -> None:
    with listen("127.0.0.1", 0, named=True) as listener:
        port = listener.getsockname()[1]
        assert url_of(listener, "abc") == f"http://127.0.0.1:{port}/?token=abc"
    with listen("0.0.0.0", 0, named=True) as listener:
        assert url_of(listener, "") == f"http://127.0.0.1:{listener.getsockname()[1]}/"


def test_loopback_is_told_apart_from_other_addresses() -> None:
    assert is_loopback("127.0.0.1")
    assert is_loopback("localhost")
    assert not is_loopback("0.0.0.0")


def test_a_host_that_does_not_exist() -> None:
    with pytest.raises(OpsError, match="--host"):
        listen("300.1.1.1", 0, named=True)


def test_an_address_of_another_machine() -> None:
    with pytest.raises(OpsError, match=r"cannot listen on 192\.0\.2\.1 port 1: "):
        listen("192.0.2.1", 1, named=True)
