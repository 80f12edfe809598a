"""The folders that are written to, and the port that is listened on."""

import os
import tempfile
from pathlib import Path

from bus.address import make_address, state_folder
from bus.contract.settings import GatewaySettings, Settings
from bus.system.private_files import exposed, owned_by_others, planted, replaceable
from bus.tokens import TokensError, load
from bus.transport.sockets import BusError
from ops.checks.finding import Finding, ok, problem, warning
from ops.client.served import served_address
from ops.errors import OpsError
from ops.format import size
from ops.serve.listener import is_loopback, listen

LITTLE_BYTES = 1 << 30
NO_BYTES = 100 << 20
REMOTE_SYSTEMS = ("nfs", "cifs", "smb", "9p", "fuse.", "ceph", "glusterfs")
"""Where locks and shared memory of SQLite are not to be trusted."""


def state_dir(settings: Settings) -> Finding:
    """Room for the log, a file system that can hold one, and no other account that reads or plants something there."""
    folder = state_folder(settings.supervisor.state_dir)
    there = _existing(folder)
    if there == folder and (open_to := _open_to_others(folder)):
        complaint, _, repair = open_to.rpartition(": ")
        return problem("state folder", complaint, repair)
    if refused := _not_writable(there):
        return problem("state folder", f"{folder}: {refused}", "choose another with --state-dir")
    kind = _file_system(there)
    free = _free_bytes(there)
    words = f"{folder} ({kind}), {size(free)} free"
    if kind.startswith(REMOTE_SYSTEMS):
        return problem("state folder", words, "use a local disk: the log needs its locks")
    if free < NO_BYTES:
        return problem("state folder", words, "make room: without it no question is accepted")
    return warning("state folder", words, "make room soon") if free < LITTLE_BYTES else ok("state folder", words)


def _open_to_others(folder: Path) -> str:
    """What other accounts could do in the state folder, and the command that prevents it. Root checks on behalf of the
    folder's owner."""
    owners = {os.geteuid()} if os.geteuid() else {folder.stat().st_uid}
    owned = [owned_by_others(folder, owners), exposed(folder), replaceable(folder)]
    return next(filter(None, [*owned, *(planted(entry) for entry in _entries(folder))]), "")


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def runtime_dir(settings: Settings) -> Finding:
    """Where sockets and scratch folders go."""
    try:
        address = make_address(state_folder(settings.supervisor.state_dir), settings.bus.runtime_dir)
    except BusError as error:
        return problem("runtime folder", str(error), "set [bus] runtime_dir to a shorter folder")
    folder = Path(settings.worker.scratch_dir or address.runtime_dir).expanduser()
    there = _existing(folder)
    if refused := _not_writable(there):
        return problem("runtime folder", f"{folder}: {refused}", "set [bus] runtime_dir or [worker] scratch_dir")
    free = _free_bytes(there)
    words = f"{folder}, {size(free)} free for scratch"
    if free < LITTLE_BYTES:
        return warning("runtime folder", words, "set [worker] scratch_dir to a larger disk, or large queries will fail")
    return ok("runtime folder", words)


def port(settings: Settings) -> Finding:
    """Whether `serve` could listen, or does."""
    host, number = settings.gateway.host, settings.gateway.port
    try:
        if served_address(state_folder(settings.supervisor.state_dir)) is not None:
            return ok("port", "a server of this state folder runs already")
    except BusError as error:
        return problem("port", str(error), "`deadstop` commands for this state folder are refused until then")
    try:
        with listen(host, number, named=True):
            return ok("port", f"{host} port {number} is free")
    except OpsError as error:
        if number == GatewaySettings().port and "taken" in str(error):
            return warning("port", str(error), "`serve` takes the next free one")
        return problem("port", str(error), "set [gateway] host and port")


def tokens(settings: Settings) -> Finding:
    """The access tokens."""
    try:
        count = len(load(settings, state_folder(settings.supervisor.state_dir)).callers())
        local = is_loopback(settings.gateway.host)
    except (TokensError, OpsError) as error:
        return problem("tokens", str(error), "correct [gateway] host")
    if count:
        return ok("tokens", f"{count} can come in")
    if local:
        return ok("tokens", "none: `serve` makes one at each start")
    todo = "make one with `deadstop token create NAME`, or listen on 127.0.0.1"
    return problem("tokens", f"none, and {settings.gateway.host} can be reached from other machines", todo)


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def _not_writable(folder: Path) -> str:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"deadstop")
    except OSError as error:
        return f"{folder} cannot be written ({error.strerror})"
    return ""


def _free_bytes(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def _file_system(folder: Path) -> str:
    """The kind of file system that holds a folder, as /proc/mounts names it."""
    best, kind = "", "unknown"
    try:
        lines = Path("/proc/mounts").read_text().splitlines()
    except OSError:
        return kind
    for fields in (line.split() for line in lines):
        place = fields[1].encode().decode("unicode_escape")
        if folder.is_relative_to(place) and len(place) >= len(best):
            best, kind = place, fields[2]
    return kind
