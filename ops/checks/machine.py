"""Python, the user, the clock, and what this machine allows."""

import os
import platform
import resource
import sys
import time
from pathlib import Path

import bus
from bus.address import state_folder
from bus.contract.settings import Settings
from bus.log import LOG_NAME, LogReader
from bus.system.machine import SHARED_MEMORY
from ops.checks.finding import Finding, ok, problem, warning
from ops.format import size, span

NEEDED_PYTHON = (3, 11)
SMALL_SHARED_MEMORY_BYTES = 64 << 20
OTHER_FILES = 128
"""Descriptors that a gateway needs beside its connections."""

_DAY_S = 86_400.0


def python(settings: Settings) -> Finding:
    """Which Python, and whether it is new enough."""
    found = f"{platform.python_version()} ({sys.executable})"
    if sys.version_info < NEEDED_PYTHON:
        return problem("python", found, "install Deadstop with Python 3.11 or newer")
    return ok("python", found)


def user(settings: Settings) -> Finding:
    """The user it runs as: root can do what the sandbox would keep another user from."""
    if os.geteuid() == 0:
        return warning("user", "root", "run Deadstop as a user of its own that does not own the data")
    return ok("user", f"user id {os.geteuid()}")


def clock(settings: Settings) -> Finding:
    """A clock that stands before our own files, or before the newest job, makes ages and retention wrong."""
    now = time.time()
    installed = Path(str(bus.__file__)).stat().st_mtime
    newest = max(installed, _newest_job(state_folder(settings.supervisor.state_dir)))
    found = time.strftime("%Y-%m-%d %H:%M:%S %Z", time.localtime(now))
    if now < newest - _DAY_S:
        return problem("clock", f"{found}, which is {span(newest - now)} before things that exist", "set the clock")
    if now < newest - 1:
        return warning("clock", f"{found}, {span(newest - now)} behind what exists", "was the clock set back?")
    return ok("clock", found)


def open_files(settings: Settings) -> Finding:
    """The gateway raises its soft limit to the hard one."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    connections = settings.gateway.max_connections
    if hard == resource.RLIM_INFINITY or hard >= connections + OTHER_FILES:
        return ok("open files", "no limit" if hard == resource.RLIM_INFINITY else f"{hard:,} at most")
    todo = "raise the hard limit (ulimit -Hn, LimitNOFILE=), or lower [gateway] max_connections"
    return warning("open files", f"{hard:,} at most, and {connections:,} connections are allowed", todo)


def shared_memory(settings: Settings) -> Finding:
    """multiprocessing and native libraries keep things there."""
    try:
        found = os.statvfs(SHARED_MEMORY)
    except OSError as error:
        return problem("shared memory", f"{SHARED_MEMORY}: {error.strerror}", f"mount a tmpfs at {SHARED_MEMORY}")
    if not os.access(SHARED_MEMORY, os.W_OK | os.X_OK):
        return problem("shared memory", f"{SHARED_MEMORY} cannot be written", f"chmod 1777 {SHARED_MEMORY}")
    free = found.f_bavail * found.f_frsize
    words = f"{size(free)} free in {SHARED_MEMORY}"
    if free < SMALL_SHARED_MEMORY_BYTES:
        return warning("shared memory", words, "empty it, or give the container more (--shm-size)")
    return ok("shared memory", words)


def _newest_job(state_dir: Path) -> float:
    log = state_dir / LOG_NAME
    if not log.exists():
        return 0.0
    reader = LogReader(log)
    try:
        return max((record.summary.created_at for record in reader.records(1)), default=0.0)
    finally:
        reader.close()
