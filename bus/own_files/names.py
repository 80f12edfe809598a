"""What the files of users may be called, and where they lie."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from bus.address import state_folder
from bus.contract.data_files import TABLE_SUFFIXES

MAX_NAME_CHARS = 80

_UNSAFE = re.compile(r"[^\w \-.()]+")


def safe_name(given: str) -> str:
    """What a file of this name is kept as: without folders, control characters and whatever means something to the
    engine or hides a file; empty where it does not end like a table."""
    text = unicodedata.normalize("NFC", re.split(r"[/\\]", given)[-1])
    suffix = suffix_of(text)
    stem = _UNSAFE.sub("_", text[: len(text) - len(suffix)]).strip(" ._")
    return f"{stem[:MAX_NAME_CHARS].strip() or 'data'}{suffix}" if suffix else ""


def free_name(name: str, taken: Iterable[str]) -> str:
    """This safe name, or with a number behind it where a file that would make a table of the same name is there."""
    suffix = suffix_of(name)
    stem, stems = name[: len(name) - len(suffix)], {_table_stem(one) for one in taken}
    number, free = 1, name
    while _table_stem(free) in stems:
        number += 1
        free = f"{stem} ({number}){suffix}"
    return free


def suffix_of(name: str) -> str:
    """The longest ending that names a kind of table, in small letters; empty for none."""
    found = [suffix for suffix in TABLE_SUFFIXES if name.lower().endswith(suffix)]
    return max(found, key=len, default="")


def _table_stem(name: str) -> str:
    stem = name[: len(name) - len(suffix_of(name))]
    return re.sub(r"\W+", "_", stem).strip("_").casefold()


def own_files_folder(state_dir: str) -> Path:
    """Where the folders of all users lie."""
    return state_folder(state_dir) / "files"


def folder_name(user: str) -> str:
    """The name of a user's own folder there. It is derived, because a user's name may be any text."""
    return hashlib.sha256(user.encode()).hexdigest()[:32]
