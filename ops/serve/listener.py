"""The address `serve` listens on: the socket is bound here and handed down, so that it outlives a gateway."""

import errno
import ipaddress
import socket
from pathlib import Path

from ops.errors import EXIT_USAGE, OpsError

BACKLOG = 512
PORTS_TO_TRY = 50
_TCP_LISTEN = "0A"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`. Raises `OpsError` when the name means nothing."""
    return all(ipaddress.ip_address(address).is_loopback for _, address in _resolve(host))


def listen(host: str, port: int, *, named: bool) -> socket.socket:
    """A listening socket on `host:port`; when that port is taken and was not `named` by the user, on the next free one.

    Raises `OpsError` that names the process that holds the port.
    """
    family, address = _resolve(host)[0]
    for attempt in range(1 if named or port == 0 else PORTS_TO_TRY):
        try:
            return _bind(family, address, port + attempt)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise OpsError(f"cannot listen on {host} port {port}: {error.strerror}", EXIT_USAGE) from error
    raise OpsError(f"port {port} on {host} is taken by {_holder(port)}; stop it, or name another with --port")


def url_of(listener: socket.socket, token: str) -> str:
    """The address people open; a socket on all interfaces is shown as this machine."""
    address, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)
    host = f"[{shown}]" if ":" in shown else shown
    return f"http://{host}:{port}/" + (f"?token={token}" if token else "")


def _resolve(host: str) -> list[tuple[socket.AddressFamily, str]]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise OpsError(f"host {host!r} is unknown here ({error}); give an address with --host", EXIT_USAGE) from error
    return [(family, str(address[0])) for family, _, _, _, address in found]


def _bind(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _holder(port: int) -> str:
    """Which process listens on a port, as far as this user may see."""
    inodes = _listening_inodes(port)
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(_link(descriptor) in inodes for descriptor in (process / "fd").iterdir()):
                return f"{(process / 'comm').read_text().strip()} (pid {process.name})"
        except OSError:  # it has ended, or is not ours to look at
            continue
    return "another program"


def _link(descriptor: Path) -> str:
    try:
        return str(descriptor.readlink())
    except OSError:
        return ""


def _listening_inodes(port: int) -> set[str]:
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for fields in (line.split() for line in lines):
            if fields[3] == _TCP_LISTEN and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{fields[9]}]")
    return inodes
