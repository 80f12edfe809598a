"""To be preloaded into a fork server: its workers wait after the fork while their supervisor may open nothing more, so
that none connects to it (libzmq ends a program that it cannot give a descriptor for a connection)."""

import os
import resource
import time

_supervisor = os.getppid()
_allowed = resource.prlimit(_supervisor, resource.RLIMIT_NOFILE)
POLL_S = 0.005


def _wait() -> None:
    while resource.prlimit(_supervisor, resource.RLIMIT_NOFILE) != _allowed:
        time.sleep(POLL_S)


os.register_at_fork(after_in_child=_wait)
