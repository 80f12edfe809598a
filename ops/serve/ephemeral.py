"""A supervisor for some questions, in a folder of its own, that ends with them."""

import contextlib
import os
import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from bus.contract.settings import Settings
from bus.serve_contract import ServeOrders
from ops.errors import OpsError
from ops.serve.child_process import Child, end_all, last_lines
from ops.serve.data_broker import BROKER, broker_orders, data_folder, program_environment
from ops.serve.programs import END_MARGIN_S

WARM_WORKERS = 0
"""Warm workers of a server for one question: its job gets a worker anyway."""


class TemporaryServer:
    """What `temporary_server` runs."""

    def __init__(self, state_dir: Path, programs: list[Child], said: Path) -> None:
        self.state_dir = state_dir
        self._programs = programs
        self._said = said

    async def start(self) -> None:
        """Raises `OpsError` with what the supervisor said last."""
        try:
            for program in self._programs:
                await program.start()
        except OpsError as error:
            raise OpsError(f"{error}{self.last_words()}") from error

    def said(self) -> str:
        """All that its programs have written to its standard error."""
        return self._said.read_text(errors="replace")

    def last_words(self) -> str:
        """What the supervisor said last, indented, each line on a new one."""
        return last_lines(self._said)


@contextlib.asynccontextmanager
async def temporary_server(
    config: Path | None, settings: Settings, more: Mapping[str, object] | None = None
) -> AsyncIterator[TemporaryServer]:
    """A supervisor that lives as long as the context (start it inside) and leaves nothing behind. `more` are settings,
    dotted, beside those of `config`."""
    data = data_folder(settings)
    lifeline, held = os.pipe()
    with tempfile.TemporaryDirectory(prefix="deadstop-ask-", ignore_cleanup_errors=True) as folder:
        state_dir = Path(folder)
        said = state_dir / "supervisor.stderr"
        overrides = {
            "supervisor.state_dir": folder,
            "bus.runtime_dir": str(state_dir / "run"),
            "data.folder": data,
            "worker.warm_workers": WARM_WORKERS,
            **(more or {}),
        }
        orders = ServeOrders(str(config) if config else None, overrides, lifeline_fd=lifeline)
        grace_s = settings.supervisor.shutdown_grace_s + END_MARGIN_S
        with said.open("wb") as stderr, broker_orders(orders, settings) as for_broker:
            broker = [Child(BROKER, for_broker, os.environ, stderr)] if for_broker else []
            supervisor = Child("supervisor", orders, program_environment(settings), stderr)
            try:
                yield TemporaryServer(state_dir, [*broker, supervisor], said)
            finally:
                await end_all([supervisor], grace_s)
                await end_all(broker, grace_s)
                os.close(held)
                os.close(lifeline)
