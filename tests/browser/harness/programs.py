"""The programs that `serve` runs."""

import psutil

from tests.e2e.cli_runner import Server


def pid_of(server: Server, module: str) -> int:
    """The process of `supervisor` or `gateway`."""
    children = psutil.Process(server.program.process.pid).children()
    return next(child.pid for child in children if child.cmdline()[-1] == module)
