"""Connects to the server that a command is for, or falls back to its log."""

import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from bus.log import LOG_NAME
from ops.client.access import JobsAccess
from ops.target import Target


@contextlib.asynccontextmanager
async def connect(target: Target, on_log_only: Callable[[Path], None] | None = None) -> AsyncIterator[JobsAccess]:
    """The jobs of the server that is meant. With `on_log_only` the log will do when no server runs for this machine's
    state folder; it is then called with that folder.

    Raises `BusError` when none runs, `SettingsError`.
    """
    access = _open(target, on_log_only)
    try:
        yield access
    finally:
        await access.close()


def _open(target: Target, on_log_only: Callable[[Path], None] | None) -> JobsAccess:
    if target.url:
        from ops.client.over_http import RemoteJobs

        return RemoteJobs(*target.address())
    from bus.address import state_folder
    from ops.client.over_bus import LocalJobs
    from ops.client.served import served_address

    state_dir = target.settings().supervisor.state_dir
    folder = state_folder(state_dir)
    log = folder / LOG_NAME
    if on_log_only is None or served_address(folder) is not None or not log.exists():
        return LocalJobs.open(state_dir)
    from ops.client.from_log import LoggedJobs

    on_log_only(folder)
    return LoggedJobs(folder, log)
