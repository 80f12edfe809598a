"""The address of the server that serves a state folder."""

import socket
from pathlib import Path

from bus.address import Address, read_address
from bus.transport.sockets import BusError


def served_address(state_dir: Path) -> Address | None:
    """Where the supervisor of this state folder listens, or None when none runs."""
    try:
        address = read_address(state_dir)
    except BusError:
        if (state_dir / "bus.json").exists():
            raise
        return None
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(address.commands.removeprefix("ipc://"))
        except OSError:
            return None
    return address
