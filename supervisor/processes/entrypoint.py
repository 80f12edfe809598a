"""The first thing a new worker process runs: it finds the worker's own program by name.

The supervisor imports neither that program nor any agent; this function is all that the fork server calls.
"""

import importlib

WORKER_PROGRAM = "agent_worker.runtime.worker:main"


def run(spec: bytes) -> None:
    """Become the worker that `spec` (an encoded `WorkerSpec`) describes. Never returns."""
    module, _, function = WORKER_PROGRAM.partition(":")
    getattr(importlib.import_module(module), function)(spec)
