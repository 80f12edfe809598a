"""Which files make which tables: a file, a folder of parts, or a hive-partitioned tree each become one."""

import hashlib
import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from urllib.parse import unquote

import msgspec

DESCRIPTION_FILE = "deadstop.toml"
SUFFIX = ".parquet"
MAX_FILES = 10_000
_GLOB = re.compile(r"[*?\[\]{}]")
_PARTITION = re.compile(r"([^=]+)=(.*)")


class CatalogError(Exception):
    """The folder gives no tables. The message names it and says what to do."""


class Source(msgspec.Struct, frozen=True):
    """The files of one table. `stem` is the name they ask for; `partitions` maps each hive column to its values."""

    stem: str
    files: tuple[str, ...]
    partitions: dict[str, tuple[str, ...]] = {}


def fingerprint(folder: Path) -> str:
    """Changes when any file that makes the catalog comes, goes, grows or is written again. Reads no contents, and
    takes a few microseconds a file, so that every question can ask."""
    lines = [f"{entry.path}\0{_state(entry)}" for entry in _parquet_files(folder)]
    described = folder / DESCRIPTION_FILE
    if described.exists():
        lines.append(f"{described}\0{_state(described)}")
    return hashlib.sha256("\n".join(sorted(lines)).encode(errors="surrogateescape")).hexdigest()


def _state(file: "Path | os.DirEntry[str]") -> str:
    try:
        status = file.stat()
    except OSError:
        return "gone"
    return f"{status.st_size} {status.st_mtime_ns}"


def find_sources(folder: Path) -> tuple[list[Source], list[str]]:
    """Every table's files, in the order of their names, and a sentence for each file that is left out.

    Raises CatalogError where the folder is missing, holds no Parquet file, or too many.
    """
    if not folder.is_dir():
        raise CatalogError(f"{folder} is not a folder. Give a folder of {SUFFIX} files with --data.")
    warnings: list[str] = []
    groups: dict[Path, list[Path]] = {}
    files = sorted(Path(entry.path) for entry in islice(_parquet_files(folder), MAX_FILES + 1))
    if len(files) > MAX_FILES:
        raise CatalogError(f"{folder} holds more than {MAX_FILES:,} {SUFFIX} files. Give a smaller folder.")
    for file in files:
        if reason := _unusable(file, folder):
            warnings.append(f"{file} is left out: {reason}")
        else:
            groups.setdefault(_table_root(file, folder), []).append(file)
    if not groups:
        raise CatalogError(f"{folder} holds no usable {SUFFIX} file. Put some there, or give another folder.")
    return [_source(root, files, folder) for root, files in sorted(groups.items())], warnings


def _parquet_files(folder: Path) -> "Iterator[os.DirEntry[str]]":
    """Those whose path has no hidden part: writers keep their unfinished files in `_temporary` and the like."""
    waiting = [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.name.startswith((".", "_")):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif entry.name.endswith(SUFFIX) and entry.is_file():
                        yield entry
        except OSError:
            continue  # it went while we looked, or is not ours to read


def _unusable(file: Path, folder: Path) -> str | None:
    if _GLOB.search(str(file)):
        return "its path holds one of * ? [ ] { }, which the engine takes for a pattern; rename it"
    if not file.resolve().is_relative_to(folder.resolve()):
        return "it is a link to a file outside the folder, which the sandbox does not open"
    return None


def _table_root(file: Path, folder: Path) -> Path:
    """What the table is named after: the file itself at the top, else the folder that holds the parts or, of a
    hive-partitioned tree, the folder that holds the first `key=value` folder."""
    parts = file.relative_to(folder).parts[:-1]
    for depth, part in enumerate(parts):
        if _PARTITION.fullmatch(part):
            return folder.joinpath(*parts[:depth])
    return file.parent if parts else file


def _source(root: Path, files: list[Path], folder: Path) -> Source:
    stem = "_".join(root.relative_to(folder).parts) if root != folder else folder.resolve().name
    if root.is_file():
        stem = stem.removesuffix(SUFFIX)
    paths = tuple(str(file.resolve()) for file in files)
    return Source(stem, paths, _partitions(root, files) if not root.is_file() else {})


def _partitions(root: Path, files: list[Path]) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for file in files:
        for part in file.relative_to(root).parts[:-1]:
            if match := _PARTITION.fullmatch(part):
                found.setdefault(match[1], set()).add(unquote(match[2]))
    return {key: tuple(sorted(values)) for key, values in found.items()}
