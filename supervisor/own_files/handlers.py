"""What is done with files of a caller's own: listed, taken, removed."""

from pathlib import Path

from bus.address import state_folder
from bus.contract.data_files import TABLE_SUFFIXES
from bus.contract.data_place import is_address
from bus.contract.settings import Settings
from bus.contract.vocabulary import Refusal
from bus.own_files.names import free_name, safe_name
from bus.wire.commands import AddFile, AnyFileCommand, ListFiles
from bus.wire.replies import AnyReply, Changed, FileTaken, OwnFiles, Refused
from supervisor.own_files.catalogs import OwnCatalogs
from supervisor.own_files.folders import OwnFolders
from supervisor.scheduling.conditions import Conditions


class OwnFileHandlers:
    """Decides what may be kept; `folders` keeps it."""

    def __init__(self, settings: Settings, folders: OwnFolders, catalogs: OwnCatalogs, conditions: Conditions) -> None:
        self._limits = settings.files
        self._folders = folders
        self._catalogs = catalogs
        self._conditions = conditions
        self._open_to_all = lies_within_data(settings)

    def answer(self, command: AnyFileCommand) -> AnyReply:
        """Carry the command out for its caller: list, take or remove a file of theirs."""
        user = command.caller.user
        if isinstance(command, ListFiles):
            limits = self._limits
            files = self._catalogs.files(user)
            most = 0 if self._open_to_all else limits.max_file_bytes
            return OwnFiles(files, most, limits.max_user_bytes, limits.max_files)
        if isinstance(command, AddFile):
            return self._add(command)
        if not self._folders.remove(user, command.name):
            return Refused("not_found", f"you have no file {command.name[:80]!r}", "`deadstop files` lists them")
        self._catalogs.forget(user, command.name)
        self._catalogs.stop_reading(user, command.name)
        return Changed()

    def _add(self, command: AddFile) -> AnyReply:
        user, name = command.caller.user, safe_name(command.name)
        refused = self._refuse(user, name, command) or self._conditions.refuse(user)
        if refused is not None:
            return refused
        name = free_name(name, self._folders.names(user))
        self._folders.take(user, command.upload, name)
        return FileTaken(name, self._catalogs.read(user, name).summary())

    def _refuse(self, user: str, name: str, command: AddFile) -> Refused | None:
        limits, size = self._limits, self._folders.upload_bytes(command.upload)
        if self._open_to_all:
            hint = "have an operator choose another [supervisor] state_dir or [data] folder"
            return Refused("forbidden", "files are not taken: the state folder lies within the data of all", hint)
        if not limits.max_file_bytes:
            return Refused("forbidden", "this server takes no files", "an operator can set [files] max_file_bytes")
        if not name:
            kinds = ", ".join(suffix for suffix in TABLE_SUFFIXES if suffix.count(".") == 1)
            return Refused(Refusal.BAD_REQUEST, f"{command.name[-80:]!r} does not end like a table", f"ends: {kinds}")
        if size is None:
            return Refused("not_found", "there is no such upload", "give the file again")
        if size > limits.max_file_bytes:
            return _too_large(size, limits.max_file_bytes, "a file")
        if (used := self._folders.used_bytes(user)) + size > limits.max_user_bytes:
            return _too_large(used + size, limits.max_user_bytes, "all your files together")
        if len(self._folders.names(user)) >= limits.max_files:
            error = f"you have {limits.max_files} files; that is the limit"
            return Refused(Refusal.QUOTA, error, "delete one that you no longer need")
        if self._catalogs.is_reading(user, a_new_file=True):
            return Refused("busy", "another file of yours is being read", "give this one again in a moment")
        return None


def _too_large(size: int, limit: int, what: str) -> Refused:
    error = f"with this there are {size:,} bytes; the limit for {what} is {limit:,}"
    return Refused("too_large", error, "give a smaller one, as Parquet for example, or delete what you no longer need")


def lies_within_data(settings: Settings) -> bool:
    """Whether every worker may read the state folder, because it may read the data."""
    data = settings.data.folder
    if not data or is_address(data):
        return False
    folder = Path(data).expanduser().resolve()
    return state_folder(settings.supervisor.state_dir).is_relative_to(folder)
