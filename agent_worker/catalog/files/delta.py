"""Delta tables: which of a folder's files count, by the reader that its makers keep."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote

from agent_worker.catalog.files.lakes import NotReadable, version_of
from agent_worker.catalog.files.layout import Lake, Source
from agent_worker.catalog.files.partitions import Keys, keys_of
from agent_worker.catalog.types.engine_types import INTEGERS, Type, whole

_KEY_TYPES = {
    "string": Type("VARCHAR"),
    "date": Type("DATE"),
    "byte": whole(*INTEGERS["TINYINT"]),
    "short": whole(*INTEGERS["SMALLINT"]),
    "integer": whole(*INTEGERS["INTEGER"]),
    "long": whole(*INTEGERS["BIGINT"]),
}
_KNOWN = "columnMapping deletionVectors timestampNtz typeWidening typeWidening-preview v2Checkpoint vacuumProtocolCheck"
_FEATURES = frozenset(_KNOWN.split())
"""The features of the Delta protocol that a table may have. A table that uses one of the first two is refused all the
same."""


def delta_source(lake: Lake) -> Source:
    """The files that the table's log says it has now. Raises NotReadable."""
    try:
        from deltalake import DeltaTable
        from deltalake.exceptions import DeltaError
    except ImportError:
        raise NotReadable("to read it, install the reader: pip install 'deadstop[delta]'") from None
    try:
        table = DeltaTable(lake.root)
        _refuse_beyond(table)
        return _source(lake, table)
    except (DeltaError, OSError, ValueError) as error:
        raise NotReadable(f"its log cannot be read: {str(error).splitlines()[0]}") from error


def _refuse_beyond(table: Any) -> None:
    """Raises NotReadable for what the table's Parquet files do not say by themselves, and this does not read yet."""
    import pyarrow as pa

    if table.metadata().configuration.get("delta.columnMapping.mode", "none") != "none":
        raise NotReadable("its columns have other names in its files (column mapping); rewrite it without")
    features = table.protocol().reader_features or ()
    if beyond := sorted(set(features) - _FEATURES):
        raise NotReadable(f"it needs a reader that knows {beyond[0]}, which its Parquet files do not say by themselves")
    if "deletionVectors" in features and pa.table(table.deletion_vectors()).num_rows:
        raise NotReadable("rows of its files are marked as deleted (deletion vectors); REORG TABLE ... APPLY (PURGE)")


def _source(lake: Lake, table: Any) -> Source:
    import pyarrow as pa

    actions = sorted(pa.table(table.get_add_actions()).to_pylist(), key=lambda action: str(action["path"]))
    if not actions:
        raise NotReadable("it has no rows")
    names = table.metadata().partition_columns
    fields = {field.name: str(getattr(field.type, "type", field.type)) for field in table.schema().fields}
    if beyond := [name for name in names if fields[name] not in _KEY_TYPES]:
        raise NotReadable(f"its partition column {beyond[0]} is of type {fields[beyond[0]]}")
    kinds = {name: _KEY_TYPES[fields[name]] for name in names}
    files = tuple(_file(Path(lake.root), str(action["path"])) for action in actions)
    keys = tuple(
        _keys(Path(lake.root), file, action.get("partition") or {}) for file, action in zip(files, actions, strict=True)
    )
    (written,) = table.history(1)
    as_of = version_of(table.version(), written["timestamp"])
    return Source(lake.stem, files, keys, kinds, as_of=as_of, declared=pa.schema(table.schema()))


def _file(root: Path, path: str) -> str:
    for candidate in (root / path, root / unquote(path)):
        if candidate.is_file() and candidate.resolve().is_relative_to(root):
            return str(candidate)
    raise NotReadable(f"its file {path} is not in its folder")


def _keys(root: Path, file: str, values: dict[str, Any]) -> Keys:
    """The file's partition keys as its folders' names have them. Raises NotReadable where the log says others."""
    keys = keys_of(Path(file).relative_to(root).parts[:-1])
    if dict(keys) != {name: None if value is None else str(value) for name, value in values.items()}:
        raise NotReadable(f"the folder of {file} does not say its partition")
    return keys
