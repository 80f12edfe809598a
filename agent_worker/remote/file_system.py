"""The store's objects as a file system for the engine, loaded only where a worker has such data."""

from typing import Any

from agent_worker.remote.client import RemoteFiles


def file_system(files: RemoteFiles | None) -> Any:
    """A file system of fsspec over `files`, or None where there are none."""
    if files is None:
        return None
    from agent_worker.remote.engine_files import EngineFiles  # costs each worker what only some need

    return EngineFiles(files)
