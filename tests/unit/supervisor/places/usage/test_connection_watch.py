"""A worker with too many connections is found by who made them."""

import errno
import os
import socket
from contextlib import ExitStack

import pytest

from bus.contract.vocabulary import Reason
from supervisor.places.usage.connection_watch import MOST_CONNECTIONS, SURGE, ConnectionWatch

Said = list[tuple[str, Reason, str]]


def watch_of(pid: int, said: Said) -> ConnectionWatch:
    return ConnectionWatch(lambda: {pid: "w"}, lambda *words: said.append(words))


@pytest.mark.parametrize(("whose", "found"), [("the worker's", True), ("somebody else's", False)])
def test_who_made_them_is_ended_and_nobody_else(whose: str, found: bool) -> None:
    said: Said = []
    watch = watch_of(os.getpid() if whose == "the worker's" else 2**22 + 1, said)
    with ExitStack() as opened:
        for _ in range(SURGE):
            for one in socket.socketpair():
                opened.enter_context(one)
        watch.look()
        watch.look()
    assert [(worker_id, reason) for worker_id, reason, _ in said] == ([("w", Reason.AGENT_ERROR)] if found else [])
    assert all(f"it may have {MOST_CONNECTIONS}" in words for _, _, words in said)


def test_where_no_descriptor_is_left_nobody_is_blamed(monkeypatch: pytest.MonkeyPatch) -> None:
    said: Said = []
    watch = watch_of(os.getpid(), said)

    def none_left(_: int) -> int:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(os, "dup", none_left)
    watch.look()
    assert not said
