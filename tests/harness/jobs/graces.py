"""How long a stop may take, where a test demands the rung on which it ends."""

from collections.abc import Awaitable, Callable
from typing import Any

from bus.contract.vocabulary import Rung
from tests.harness.servers import Supervisor

GENEROUS_S = 30.0
"""However busy the machine is, a worker that obeys needs less; one that does not makes its test wait so long."""

ENDING_ON: dict[Rung, dict[str, Any]] = {
    Rung.CANCEL: {"supervisor.cancel_grace_s": GENEROUS_S},
    Rung.TERMINATE: {"supervisor.terminate_grace_s": GENEROUS_S},
    Rung.KILL: {},
}
"""Settings under which the stop of a worker that obeys this rung, and none before it, ends there and never later."""

SupervisorFor = Callable[[Rung], Awaitable[Supervisor]]
"""Gives a supervisor with these settings."""


def ending_on(rung: Rung) -> str:
    """The same as a settings file has it."""
    keys = [f"{key.removeprefix('supervisor.')} = {value}\n" for key, value in ENDING_ON[rung].items()]
    return "".join(["[supervisor]\n", *keys])
