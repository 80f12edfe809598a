"""To be preloaded into a fork server: its workers do nothing but stay."""

import signal

from supervisor.processes import entrypoint


def _stay(spec: bytes) -> None:
    signal.alarm(60)  # nobody ends it with its fork server
    while True:
        signal.pause()


entrypoint.run = _stay
