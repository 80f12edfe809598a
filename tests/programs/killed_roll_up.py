"""Kills a roll-up before each thing it does to its folder, one after the other, and each time lets another one follow.

Run as a program, because it forks: `python -m tests.programs.killed_roll_up FOLDER`. Prints a JSON line for each
kill: before what it was, what then stood in the history, and what after the next roll-up.
"""

import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

from agent_worker.agents.history.roll_up import roll_up
from bus.contract.settings import HistorySettings
from bus.log import LOG_NAME
from supervisor.storage.store import Store
from tests.harness.data.histories import NOON, history_of, record_of, write_job

DAY_S = 86_400
CHANGES = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir"}
"""Audit events; each comes before the thing is done."""


def main(base: Path) -> None:
    template = base / "template"
    _prepare(template)
    step, killed = 0, True
    while killed:
        state_dir = base / f"killed-{step}"
        shutil.copytree(template, state_dir)
        what, killed = _roll_up_until(state_dir, step)
        after_kill = history_of(state_dir / "history")
        _roll_up_until(state_dir, None)
        left = [path.name for path in state_dir.rglob(".new")]
        after = history_of(state_dir / "history")
        print(json.dumps({"before": what, "after_kill": after_kill, "after": after, "left": left}), flush=True)
        step += 1


def _prepare(state_dir: Path) -> None:
    """A log whose first jobs stand in the history already: one of a day that has become too old, one of a day that
    more jobs are to come to. They are not marked, as if the supervisor had died before it could."""
    state_dir.mkdir()
    store = Store(state_dir)
    today = _today()
    write_job(store, record_of("old", NOON))
    write_job(store, record_of("a", today))
    store.commit()
    (state_dir / "history").mkdir()
    _roll(state_dir, HistorySettings(keep_days=100_000))
    store.rolled_up([1], NOON)
    for name, at in (("b", today + 1), ("c", today + 2), ("d", today - DAY_S)):
        write_job(store, record_of(name, at))
    store.close()


def _today() -> float:
    """Noon of this day."""
    return time.time() // DAY_S * DAY_S + DAY_S / 2


def _roll(state_dir: Path, settings: HistorySettings) -> list[int]:
    return roll_up(state_dir / LOG_NAME, state_dir / "history", settings, lambda _: None)


def _roll_up_until(state_dir: Path, step: int | None) -> tuple[str, bool]:
    """Roll up in a process of its own, which is killed before its change number `step`. Returns before what that
    was, and whether it came to it at all."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if step is not None:
                sys.addaudithook(_Killer(str(state_dir / "history"), step, writing))
            _roll(state_dir, HistorySettings(keep_days=30))
        finally:
            os._exit(0 if sys.exc_info()[0] is None else 1)
    os.close(writing)
    _, status = os.waitpid(child, 0)
    with os.fdopen(reading) as pipe:
        what = pipe.read()
    killed = os.WIFSIGNALED(status)
    assert killed or status == 0, f"the roll-up failed before its change {step}"
    return what, killed


class _Killer:
    def __init__(self, folder: str, step: int, pipe: int) -> None:
        self._folder = folder
        self._left = step
        self._pipe = pipe

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in CHANGES or not str(arguments[0]).startswith(self._folder):
            return
        if self._left == 0:
            os.write(self._pipe, f"{event} {str(arguments[0]).removeprefix(self._folder)}".encode())
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1


if __name__ == "__main__":
    main(Path(sys.argv[1]))
