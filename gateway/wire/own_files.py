"""A person's own files as the outside wire has them."""

import msgspec

from bus.wire.replies import OwnFile


class FileList(msgspec.Struct, frozen=True):
    """One's own files by name, and the limits: of each in bytes (0: none are taken), of all together, and how many."""

    files: list[OwnFile]
    max_file_bytes: int
    max_user_bytes: int
    max_files: int


class KeptFile(msgspec.Struct, frozen=True):
    """A file that can be asked about from now on, by the names of its tables."""

    file: OwnFile
