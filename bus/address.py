"""Where a running supervisor can be reached: a small file in its state folder, and the key of the bus."""

import hashlib
import os
import secrets
import stat
import tempfile
from pathlib import Path

import msgspec

from bus.contract.settings import Settings
from bus.log import LOG_NAME
from bus.system.private_files import keep_private
from bus.transport.codec import BUS_VERSION, same_protocol
from bus.transport.sockets import BusError

ADDRESS_NAME = "bus.json"
KEY_NAME = "bus.key"
HISTORY_NAME = "history"
MAX_IPC_PATH_BYTES = 107
_BROKER = "-data/sock"  # no longer than the longest of the others
_SOCKETS = ("commands", "events", "control", "collector")


class OtherProtocol(BusError):
    """Supervisor and program do not understand each other."""


class Address(msgspec.Struct, frozen=True):
    """Endpoints of a supervisor. `control` and `collector` are for workers, the others for clients."""

    commands: str
    events: str
    control: str
    collector: str
    log: str
    runtime_dir: str
    protocol_version: str = BUS_VERSION
    pid: int = 0


def state_folder(state_dir: str) -> Path:
    """The state folder as an absolute path."""
    return Path(state_dir).expanduser().resolve()


def require_usable_folders(settings: Settings) -> None:
    """Make the folders that the settings name, those that are missing with mode 0700. Raises `BusError` for one in
    which we cannot make files."""
    _usable("supervisor.state_dir", settings.supervisor.state_dir)
    if settings.bus.runtime_dir:
        _usable("bus.runtime_dir", settings.bus.runtime_dir)
    if settings.worker.scratch_dir:
        _usable("worker.scratch_dir", settings.worker.scratch_dir)


def _usable(setting: str, text: str) -> None:
    try:
        folder = Path(text).expanduser().resolve()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except (OSError, RuntimeError, ValueError) as error:  # no such home, a link to itself, a zero byte
        why = getattr(error, "strerror", None) or str(error)
        why = "it is no folder" if isinstance(error, FileExistsError) else why
        raise BusError(
            f"{setting}: {text!r} cannot be used ({why}); name a folder in which this account may make files"
        ) from error


def history_folder(state_dir: str) -> Path:
    """Where the Parquet history of ended jobs lies."""
    return state_folder(state_dir) / HISTORY_NAME


def make_address(state_dir: Path, runtime_dir: str) -> Address:
    """The address for this state folder: the same again after a restart, so that clients find it again.

    Also beneath a `runtime_dir` the folder is one of our own: it is emptied at the start and removed at the end, and
    what somebody names may hold other things, or another server.
    """
    digest = hashlib.sha256(str(state_dir).encode()).hexdigest()[:10]
    if runtime_dir:
        folder = Path(runtime_dir).expanduser().resolve() / f"deadstop-{digest}"
    else:
        folder = Path(f"/tmp/deadstop-{os.getuid()}-{digest}")
    sockets = {name: folder / f"{name}.sock" for name in _SOCKETS}
    longest = max(sockets.values(), key=lambda path: len(path.name))
    if len(os.fsencode(longest)) > MAX_IPC_PATH_BYTES:
        raise BusError(
            f"socket path {longest} has {len(os.fsencode(longest))} bytes, the limit is {MAX_IPC_PATH_BYTES}; "
            "set [bus] runtime_dir to a shorter folder"
        )
    endpoints = {name: f"ipc://{path}" for name, path in sockets.items()}
    return Address(**endpoints, log=str(state_dir / LOG_NAME), runtime_dir=str(folder), pid=os.getpid())


def broker_socket(address: Address) -> Path:
    """Where the broker of data that are not on this machine listens, in a folder of its own: each supervisor empties
    the runtime folder, and the broker outlives supervisors."""
    return Path(f"{address.runtime_dir}{_BROKER}")


def make_runtime_folder(path: Path) -> Path:
    """Make a folder that only we may enter (0700). Raises `BusError` if it belongs to another user, or is no folder.

    Its name can be foreseen and it is emptied: a link in its place would have another folder emptied.
    """
    try:
        path.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        pass
    except OSError as error:
        raise BusError(f"{path} cannot be made ({error.strerror}); set [bus] runtime_dir to another folder") from error
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise BusError(f"{path} is no folder; remove it, or set [bus] runtime_dir to another folder")
    if found.st_uid != os.getuid():
        raise BusError(f"{path} belongs to user id {found.st_uid}, not to you; set [bus] runtime_dir to another folder")
    path.chmod(0o700)
    return path


def require_owner(folder: Path, owner: int) -> None:
    """Raises `BusError` if the folder of the sockets has been replaced by another user's: whoever listens there would
    be handed the key of the bus. Its name can be foreseen, and is free while no server runs. `owner` is a user id."""
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return  # nobody serves, so nobody listens
    if stat.S_ISDIR(found.st_mode) and found.st_uid == owner:
        return
    what = f"belongs to user id {found.st_uid}" if found.st_uid != owner else "is no folder"
    raise BusError(
        f"{folder} {what}, so it is not where the server of user id {owner} listens; nothing was sent there. "
        "Remove it, or set [bus] runtime_dir to a folder of your own, and start `deadstop serve` again"
    )


def owner_of(state_dir: Path) -> int:
    """The user id that serves this state folder: only that user can have written its address. Raises `BusError`."""
    try:
        return (state_dir / ADDRESS_NAME).stat().st_uid
    except OSError as error:
        raise BusError(f"{state_dir / ADDRESS_NAME} cannot be read: {error}") from error


def write_address(state_dir: Path, address: Address) -> None:
    """Publish the address, whole or not at all."""
    temporary = state_dir / f"{ADDRESS_NAME}.new"
    temporary.write_bytes(msgspec.json.encode(address))
    temporary.replace(state_dir / ADDRESS_NAME)


def read_address(state_dir: Path) -> Address:
    """The address of the supervisor that last used this state folder, if its sockets' folder is still its own.

    Raises `BusError`, `OtherProtocol`.
    """
    try:
        address = msgspec.json.decode((state_dir / ADDRESS_NAME).read_bytes(), type=Address)
    except FileNotFoundError as error:
        raise BusError(f"nothing has been served from {state_dir} yet; start `deadstop serve` first") from error
    except (OSError, msgspec.DecodeError) as error:
        raise BusError(f"{state_dir / ADDRESS_NAME} cannot be read: {error}") from error
    if not same_protocol(address.protocol_version):
        raise OtherProtocol(
            f"the supervisor of {state_dir} speaks protocol {address.protocol_version}, this program "
            f"{BUS_VERSION}; upgrade the older one"
        )
    require_owner(Path(address.runtime_dir), owner_of(state_dir))
    return address


def make_key(state_dir: Path) -> bytes:
    """The key that every command must carry; made once for a state folder, readable by its owner only. Raises
    `BusError`, `NotPrivate`."""
    keep_key(state_dir, secrets.token_hex(32).encode())
    return read_key(state_dir)


def keep_key(state_dir: Path, key: bytes) -> None:
    """Write the key where it is not there any more, since clients that run know it. Raises `NotPrivate`."""
    path = state_dir / KEY_NAME
    keep_private(path)
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(key)


def read_key(state_dir: Path) -> bytes:
    """Raises `BusError` if this user may not command the supervisor."""
    try:
        return (state_dir / KEY_NAME).read_bytes()
    except OSError as error:
        raise BusError(
            f"{state_dir / KEY_NAME} cannot be read ({error.strerror}); are you the user who serves?"
        ) from error
