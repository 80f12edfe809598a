"""What every provider does with a keeper: how it is started, what it says, and how its init is reaped."""

import os
from contextlib import suppress

from bus.system.interpreter import interpreter_command
from bus.system.proc import read_stat

OFFER_AGAIN_S = 1.0
FAILED_AGAIN_S = 10.0
"""How long a machine is left alone after its node has ended, or could not be started."""


def keeper_command() -> list[str]:
    """Its orders are a line of JSON on its standard input; it answers with one line."""
    return [*interpreter_command(), "-m", "supervisor.nodes.machine.keeper"]


def init_of(said: bytes) -> tuple[int, int] | None:
    """Which process the keeper has said to be the node's first one, and when that was started; None where it has said
    why there is none."""
    if not said.strip().isdigit():
        return None
    init = int(said)
    stat = read_stat(init)
    return init, stat.started if stat else 0


def why_failed(said: bytes, status: int) -> str:
    """For people."""
    return said.decode(errors="replace").strip() or f"its keeper ended with status {status}"


def reap(init: int, started: int) -> None:
    """Return when this process is reaped: one that outlived its keeper has become our child. What the keeper has reaped
    is no child of ours, and its number may be another's."""
    stat = read_stat(init)
    if stat is not None and stat.started == started:
        with suppress(ChildProcessError):
            os.waitpid(init, 0)
