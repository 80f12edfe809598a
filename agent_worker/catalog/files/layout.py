"""Which files make which tables: a file, a folder of parts, or a hive-partitioned tree each become one."""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import unquote

import msgspec
import pyarrow as pa

from agent_worker.catalog.files.formats import is_workbook, named_as_data, text_format, without_suffix
from agent_worker.catalog.files.listing import LOGS, Content, content, entries
from agent_worker.catalog.files.partitions import Keys, is_partition, keys_of, misread_keys
from agent_worker.catalog.types.engine_types import Type
from agent_worker.catalog.version import reader_version
from agent_worker.engine.file_states import file_state
from bus.contract.catalog import LeftOut
from bus.contract.data_place import ICEBERG_LOG, ICEBERG_SUFFIX, LAKE_LOGS, a_lake
from bus.values.visible import visible

DESCRIPTION_FILE = "deadstop.toml"
MAX_FILES = 10_000
MAX_NAMED = 5
_PATTERN = frozenset("*?[]{}")
_NO_UTF8 = "no UTF-8, which the engine cannot name; rename it"
_LAKES = LAKE_LOGS | {ICEBERG_LOG: "Iceberg"}


class CatalogError(Exception):
    """The folder gives no tables. The message names it and says what to do."""


class Source(msgspec.Struct, frozen=True):
    """The files of one table. `stem` is the name they ask for; `keys` are the hive partition's of each file,
    `key_types` their types where they are known; `sheet` is that of a workbook; `as_of` is the version of a table with
    a log of its own, and `declared` the columns that it says the table has, whatever its files have."""

    stem: str
    files: tuple[str, ...]
    keys: tuple[Keys, ...] = ()
    key_types: dict[str, Type] = {}
    sheet: str = ""
    as_of: str = ""
    declared: pa.Schema | None = None


class Lake(msgspec.Struct, frozen=True):
    """A folder whose own log says which of its files count. `kind` is Delta, Iceberg or Hudi."""

    stem: str
    kind: str
    root: str


class FolderContents(msgspec.Struct):
    """What lies in the folder; a sentence for everything that is left out."""

    sources: list[Source]
    books: list[Source]
    lakes: list[Lake]
    left_out: list[LeftOut]
    warnings: list[str]


def fingerprint(folder: Path) -> str:
    """Changes when any file that makes the catalog comes, goes, grows or is written again, and with the reader. Reads
    no contents, and takes a few microseconds a file, so that every question can ask."""
    lines = [reader_version(), *sorted(f"{entry.path}\0{file_state(entry)}" for entry in entries(folder))]
    return hashlib.sha256("\n".join(lines).encode(errors="surrogateescape")).hexdigest()


def find_sources(folder: Path, *, may_be_empty: bool = False) -> FolderContents:
    """Every table's files, in the order of their names.

    Raises CatalogError where the folder is missing, holds too many files, or nothing to read unless it `may_be_empty`.
    """
    if not folder.is_dir():
        raise CatalogError(f"{folder} is not a folder. Give a folder of Parquet, CSV or JSON files with --data.")
    folder = folder.resolve()
    if not _can_be_named(folder):
        raise CatalogError(f"{visible(str(folder))} is no UTF-8, which the engine cannot name. Rename the folder.")
    if around := _lake_around(folder):
        raise CatalogError(
            f"{folder} lies within {around[0]}, which is {a_lake(around[1])} table: its own log says which files "
            f"count. Give {around[0]} with --data."
        )
    paths = (Path(entry.path) for entry in entries(folder) if entry.name != DESCRIPTION_FILE)
    found = arranged(paths, folder, lambda path: _judged(path, folder))
    return found if may_be_empty else require_tables(found, folder)


Judge = Callable[[Path], tuple[str, bool]]
"""Why a file cannot be read, if so; and is it a table's file at all?"""


def arrange(found_paths: Iterable[Path], folder: Path, judged: Judge) -> FolderContents:
    """The tables that these files make. Raises CatalogError where there is none, or too many files."""
    return require_tables(arranged(found_paths, folder, judged), folder)


def require_tables(found: FolderContents, folder: Path) -> FolderContents:
    """`found` itself, if it holds anything that is a table. Raises CatalogError where it does not."""
    if not (found.sources or found.books or found.lakes):
        said = " ".join([*(one.why for one in found.left_out), *found.warnings])
        why = f"{folder} holds no usable Parquet, CSV or JSON file. Put some there, or give another folder. {said}"
        raise CatalogError(why.rstrip())
    return found


def arranged(found_paths: Iterable[Path], folder: Path, judged: Judge) -> FolderContents:
    """The tables that these files make, if any. Raises CatalogError where there are too many files."""
    paths = sorted(found_paths, key=lambda path: path.parts)
    lakes = _lake_roots(paths)
    plain = [path for path in paths if not _beneath(path, lakes)]
    groups, bad, others = _sorted_out(plain, folder, judged)
    count = sum(len(files) for files in groups.values())
    if count > MAX_FILES:
        raise CatalogError(f"{folder} holds more than {MAX_FILES:,} files of data. Give a smaller folder.")
    left_out, warnings = [*_left_out(bad, groups, folder), *_misnamed_lakes(lakes, folder)], _others(others)
    sources = [_source(root, files, folder) for root, files in sorted(groups.items()) if root not in bad]
    books = [source for source in sources if is_workbook(source.files[0])]
    named = [(root, kind) for root, kind in sorted(lakes.items()) if _can_be_named(root)]
    found = [Lake(_stem(root, folder), kind, str(root)) for root, kind in named]
    return FolderContents([source for source in sources if source not in books], books, found, left_out, warnings)


def _lake_around(folder: Path) -> tuple[Path, str] | None:
    """The table with a log of its own that this folder is a part of, and its kind."""
    for parent in folder.parents:
        logs = [log for log in LOGS if (parent / log).is_dir()]
        if logs or any((parent / ICEBERG_LOG).glob(f"*{ICEBERG_SUFFIX}")):
            return parent, _LAKES[logs[0] if logs else ICEBERG_LOG]
    return None


def _lake_roots(paths: Iterable[Path]) -> dict[Path, str]:
    """The folders with a log of their own; of two within each other, the outer one."""
    roots: dict[Path, str] = {}
    for path in paths:
        for parent in path.parents if not _LAKES.keys().isdisjoint(path.parts) else ():
            if parent.name in LOGS or (parent.name == ICEBERG_LOG and path.name.endswith(ICEBERG_SUFFIX)):
                roots[parent.parent] = _LAKES[parent.name]
    return {root: kind for root, kind in roots.items() if not any(parent in roots for parent in root.parents)}


def _beneath(path: Path, roots: dict[Path, str]) -> bool:
    return bool(roots) and any(parent in roots for parent in path.parents)


Groups = dict[Path, list[Path]]


def _sorted_out(paths: Iterable[Path], folder: Path, judged: Judge) -> tuple[Groups, dict[Path, list[str]], list[str]]:
    """The files of each table, what is wrong with those of its files that cannot be read, and everything else."""
    groups: Groups = {}
    bad: dict[Path, list[str]] = {}
    others: list[str] = []
    for path in paths:
        reason, data = judged(path)
        if not data:
            shown = visible(str(path.relative_to(folder)))
            others.append(f"{shown} ({reason})" if reason else shown)
        elif reason:
            bad.setdefault(_table_root(path, folder), []).append(f"{visible(str(path))}: {reason}")
        else:
            groups.setdefault(_table_root(path, folder), []).append(path)
    return groups, bad, others


def _judged(path: Path, folder: Path) -> tuple[str, bool]:
    """Why it cannot be read, if so; and is it a table's file at all?"""
    if path.is_symlink():
        if not path.exists():
            return "a link to nothing", named_as_data(path.name)
        inside = path.resolve().is_relative_to(folder)
        if path.is_dir():
            where = "its files are read where they are" if inside else "which the sandbox does not open"
            return f"a link to a folder {'of the data' if inside else 'outside the data'}, {where}", False
        if not inside:
            return "it is a link to a file outside the folder, which the sandbox does not open", True
    if not path.is_file():
        return "neither a file nor a folder", False
    found = content(path)
    if found in (Content.OTHER, Content.UNREADABLE, Content.EMPTY) and not named_as_data(path.name):
        return "" if found is not Content.UNREADABLE else found.value, False
    named_otherwise = text_format(path.name) is not None or is_workbook(path.name)
    reason = _why_no_parquet(found) if named_otherwise else found.value
    reason = reason or ("" if _can_be_named(path) else f"its path is {_NO_UTF8}") or pattern_in(path)
    if not reason and any(map(is_partition, path.relative_to(folder).parts[:-1])):
        reason = misread_keys(path.parts[:-1])
    return reason, True


def pattern_in(path: Path) -> str:
    """Why the engine would not read just this file."""
    if _PATTERN.isdisjoint(str(path)):
        return ""
    return "its path holds one of * ? [ ] { }, which the engine takes for a pattern; rename it"


def _can_be_named(path: Path) -> bool:
    """Whether the path, and what stands percent-encoded in it, is text; file names are any bytes."""
    try:
        str(path).encode()
        unquote(str(path), errors="strict")
    except UnicodeError:
        return False
    return True


def _misnamed_lakes(lakes: Iterable[Path], folder: Path) -> list[LeftOut]:
    bad = [root for root in lakes if not _can_be_named(root)]
    stems = [(_stem(root, folder), visible(str(root))) for root in sorted(bad)]
    return [LeftOut(stem, f"Table {stem} is left out: {root}: its path is {_NO_UTF8}") for stem, root in stems]


def _why_no_parquet(found: Content) -> str:
    """Why a file that is named as text or as a workbook cannot be read, judged by its content; empty where it can."""
    if found in (Content.PARQUET, Content.CUT, Content.ENCRYPTED):
        return "its name says that it is something else, and its content that it is Parquet; rename it"
    return "" if found is Content.OTHER else found.value


def _left_out(bad: dict[Path, list[str]], groups: Groups, folder: Path) -> list[LeftOut]:
    """A table with one bad part is left out as a whole: the rest of it would give wrong figures in silence."""
    return [
        LeftOut(
            _stem(root, folder),
            f"Table {_stem(root, folder)} is left out"
            + (f" with {len(groups[root])} good files" if root in groups else "")
            + f": {'; '.join(reasons[:MAX_NAMED])}"
            + (f"; and {len(reasons) - MAX_NAMED} more" if len(reasons) > MAX_NAMED else ""),
        )
        for root, reasons in sorted(bad.items())
    ]


def _others(others: list[str]) -> list[str]:
    if not others:
        return []
    named = ", ".join(others[:MAX_NAMED]) + (", ..." if len(others) > MAX_NAMED else "")
    return [f"Left out because they are no data: {len(others)} files ({named})."]


def _table_root(file: Path, folder: Path) -> Path:
    """What the table is named after: the file itself at the top, else the folder that holds the parts or, of a
    hive-partitioned tree, the folder that holds the first `key=value` folder."""
    parts = file.relative_to(folder).parts[:-1]
    if is_workbook(file.name):
        return file
    for depth, part in enumerate(parts):
        if is_partition(part):
            return folder.joinpath(*parts[:depth])
    return file.parent if parts else file


def _source(root: Path, files: list[Path], folder: Path) -> Source:
    keys = tuple(keys_of(file.relative_to(root).parts[:-1]) for file in files) if root not in files else ((),)
    return Source(_stem(root, folder), tuple(map(str, files)), keys)


def _stem(root: Path, folder: Path) -> str:
    return visible("_".join(map(without_suffix, root.relative_to(folder).parts)) or folder.name)
