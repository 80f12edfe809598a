"""The agents of `tests/workers` by their names, and the settings of supervisors that offer them."""

from pathlib import Path
from typing import Any

from bus.contract.settings import WorkerSettings

WORKERS = Path(__file__).parents[1] / "workers"
ZOO = {
    path.stem: f"tests.workers.{path.parent.name}.{path.stem}:run"
    for path in sorted(WORKERS.glob("*/*.py"), key=lambda path: path.stem)
    if not path.stem.startswith("_")
}


LITTLE: dict[str, Any] = {
    "worker.preload": ["agent_worker.warmup.one_thread", "agent_worker.runtime.worker"],
    "data.folder": str(WORKERS / "data"),
}
"""For supervisors whose jobs ask nothing of the data: no engine and no planner is loaded, and there is next to nothing
to read [a start takes 1.1 s of processor time in place of 2.6]."""

FLIGHTS: dict[str, Any] = {"data.folder": ""}
"""The sample data beside a zoo, for tests that ask about them too."""


WHOLE: dict[str, Any] = {"worker.preload": WorkerSettings().preload, **FLIGHTS}
"""Beside a zoo all that a server has by itself, for measurements."""


def zoo_settings() -> dict[str, Any]:
    """Setting overrides that offer every animal as an agent of its name, outside the sandbox: they start programs."""
    animals = {f"agents.{name}": {"entrypoint": entrypoint, "sandbox": False} for name, entrypoint in ZOO.items()}
    return {**LITTLE, **animals}
