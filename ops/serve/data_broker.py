"""Where the data lie; and, if that is not on this machine, the socket on which a broker serves them."""

import contextlib
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from bus.address import broker_socket, make_address, make_runtime_folder, state_folder
from bus.contract.data_place import is_address, shown_address, why_unusable
from bus.contract.settings import Settings
from bus.contract.settings_file import SettingsError
from bus.serve_contract import ServeOrders
from bus.system.environment import without_stores
from ops.serve.listener import BACKLOG

BROKER = "broker"


def data_folder(settings: Settings) -> str:
    """The data folder as an absolute path, "" for the data that came with us, or an address without what may be a
    secret. Raises `SettingsError`."""
    configured = settings.data.folder
    if is_address(configured):
        if why := why_unusable(configured):
            raise SettingsError(f"data.folder: {shown_address(configured)}: {why}")
        return shown_address(configured)
    if not configured:
        return ""
    folder = Path(configured).expanduser().resolve()
    if not folder.is_dir():
        found = "is a file, not a folder" if folder.exists() else "does not exist"
        raise SettingsError(f"data.folder: {folder} {found}; name a folder of Parquet files with --data")
    try:
        str(folder).encode()
    except UnicodeEncodeError as error:
        raise SettingsError(f"data.folder: {folder} is no UTF-8, which the engine cannot name; rename it") from error
    return str(folder)


def program_environment(settings: Settings) -> dict[str, str]:
    """What all programs but the broker get of our environment."""
    return without_stores([settings.llm.api_key_env, *settings.worker.environment])


@contextlib.contextmanager
def broker_orders(orders: ServeOrders, settings: Settings) -> Iterator[ServeOrders | None]:
    """The orders of the broker, with the listening socket that outlives it and the whole address; None where the data
    lie in a folder."""
    if not is_address(settings.data.folder):
        yield None
        return
    overrides: Mapping[str, str] = orders.overrides
    runtime_dir = overrides.get("bus.runtime_dir", settings.bus.runtime_dir)
    path = broker_socket(make_address(state_folder(overrides["supervisor.state_dir"]), runtime_dir))
    make_runtime_folder(path.parent)
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(path))
        listener.listen(BACKLOG)
        try:
            yield msgspec.structs.replace(
                orders, overrides={**overrides, "data.folder": settings.data.folder}, listen_fd=listener.fileno()
            )
        finally:
            path.unlink(missing_ok=True)
            path.parent.rmdir()
