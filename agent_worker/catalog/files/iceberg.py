"""Iceberg tables: which of a folder's files count, by the reader that its makers keep."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from agent_worker.catalog.files.lakes import NotReadable, version_of
from agent_worker.catalog.files.layout import Lake, Source

_NUMBER = re.compile(r"v?(\d+)")
_FIELD_ID = b"PARQUET:field_id"


def iceberg_source(lake: Lake) -> Source:
    """The files of the table's newest snapshot. Raises NotReadable."""
    try:
        from pyiceberg.io.pyarrow import schema_to_pyarrow
        from pyiceberg.table import StaticTable
    except ImportError:
        raise NotReadable("to read it, install the reader: pip install 'deadstop[iceberg]'") from None
    metadata = _newest(Path(lake.root) / "metadata")
    try:
        table = StaticTable.from_metadata(str(metadata))
        tasks = list(table.scan().plan_files())
    except Exception as error:  # of many libraries: Avro, pydantic, Arrow
        raise NotReadable(f"its metadata {metadata} cannot be read: {str(error)[:200]}") from error
    if not tasks:
        raise NotReadable("it has no rows")
    if any(task.delete_files for task in tasks):
        raise NotReadable("rows of its files are deleted by delete files; rewrite its data files first")
    files = tuple(sorted(_file(Path(lake.root), task.file.file_path) for task in tasks))
    _refuse_other_names(files, table)
    snapshot = table.current_snapshot()
    as_of = version_of(snapshot.snapshot_id, snapshot.timestamp_ms) if snapshot else ""
    return Source(lake.stem, files, ((),) * len(files), as_of=as_of, declared=schema_to_pyarrow(table.schema()))


def _newest(folder: Path) -> Path:
    """The metadata file of the highest number in its name. Raises NotReadable where two have it, since two writers
    disagree then."""
    numbered: dict[int, list[Path]] = {}
    for file in folder.glob("*.metadata.json"):
        if match := _NUMBER.match(file.name):
            numbered.setdefault(int(match[1]), []).append(file)
    if not numbered or len(numbered[max(numbered)]) > 1:
        raise NotReadable(f"{folder} does not say which of its metadata files is the newest")
    return numbered[max(numbered)][0]


def _file(root: Path, location: str) -> str:
    path = Path(unquote(urlparse(location).path) if location.startswith("file:") else location)
    if not path.is_file() or not path.resolve().is_relative_to(root):
        raise NotReadable(f"its file {location} is not in its folder")
    return str(path.resolve())


def _refuse_other_names(files: tuple[str, ...], table: Any) -> None:
    """Columns are known by their numbers: one that was renamed, given a value for old rows, or whose name another has
    by now stands otherwise in old files, which their names do not tell. One that was dropped is not read from them."""
    import pyarrow.parquet as pq

    schema = table.schema()
    names = {number: schema.find_field(number).name for number in schema.field_ids}
    if any(field.initial_default is not None for field in schema.fields):
        raise NotReadable("a column has a value for rows that were written before it")
    keys = {field.source_id for spec in table.specs().values() for field in spec.fields}
    taken = {field.name.lower() for field in schema.fields}
    for file in files:
        kept = [one for one in pq.read_schema(file) if _number(one) in names or one.name.lower() in taken]
        found = list(_numbered(kept))
        for number, name in found:
            if number not in names or name not in (None, names[number]):
                raise NotReadable(f"the column {name} of {file} was renamed or dropped since; rewrite its data files")
        if keys - {number for number, _ in found}:
            raise NotReadable(f"{file} lacks the column of its partition; rewrite its data files")


def _numbered(fields: Any) -> Iterator[tuple[int, str | None]]:
    """Each field's number and name, the inner ones too; what a list or a map calls its own is not a name."""
    for field in fields:
        yield _number(field), field.name
        yield from _inner(field.type)


def _number(field: Any) -> int:
    return int((field.metadata or {}).get(_FIELD_ID, b"-1"))


def _inner(kind: Any) -> Iterator[tuple[int, str | None]]:
    import pyarrow.types as kinds

    if kinds.is_struct(kind):
        yield from _numbered([kind.field(at) for at in range(kind.num_fields)])
    elif kinds.is_list(kind) or kinds.is_large_list(kind) or kinds.is_map(kind):
        for part in (kind.key_field, kind.item_field) if kinds.is_map(kind) else (kind.value_field,):
            yield from ((number, None) for number, _ in list(_numbered([part]))[:1])
            yield from _inner(part.type)
