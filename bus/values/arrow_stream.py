"""Arrow streams as workers send them, read so that nothing in them leads beyond their own bytes.

Arrow's reader believes what it is told: offsets beyond the text that they point into show the memory of who reads, or
end it, and a few bytes can stand for any number of rows. A worker whose engine was taken over could send such a stream.
"""

import struct
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

_BITS = 8
_FREE_VALUES = 1 << 20
"""Values that need no bytes, as NULLs without a type: so many are no burden."""

MAX_TEXT_BYTES = 64 * 1024 * 1024
"""The most that the values of an enumeration may take, once written out."""

_RECORD_BATCH, _DICTIONARY_BATCH = 3, 2
_HEADER_TYPE, _HEADER, _DATA, _NODES, _COMPRESSION = 1, 2, 1, 1, 3
_NODE = struct.Struct("<qq")
"""From Arrow's Message.fbs: kinds of a message, places of fields in their tables, and a node, which counts the values
and NULLs of one array."""


def read_table(arrow: bytes) -> pa.Table:
    """The rows of a stream that comes from this process. Raises `pyarrow.ArrowInvalid`."""
    with pa.ipc.open_stream(arrow) as reader:
        return reader.read_all()


def checked_table(arrow: bytes) -> pa.Table:
    """The rows of a `TableRows` event of a worker. Raises `pyarrow.ArrowInvalid` for what the engine never sends."""
    try:
        _check_sizes(arrow)
        with pa.ipc.open_stream(arrow) as reader:
            for field in reader.schema:
                _check_type(field.name, field.type)  # a name that is no UTF-8 raises
            table = reader.read_all()
        table.validate()  # lengths; not what stands in between, as a full one does: the engine's values break its rules
        for column in table.columns:
            for chunk in column.chunks:
                _check_array(chunk)
    except (pa.ArrowException, OSError, ValueError, IndexError, struct.error) as error:  # an end too soon is an OSError
        raise pa.ArrowInvalid(str(error)) from error
    return table


def _check_sizes(arrow: bytes) -> None:
    """Before anything is unpacked."""
    values = 0
    for batch in _batches(arrow):
        if batch.place(_COMPRESSION):
            raise pa.ArrowInvalid("the rows are compressed, and who knows how large they are")
        values += batch.values()
    if values > len(arrow) * _BITS + _FREE_VALUES:
        raise pa.ArrowInvalid(f"{len(arrow):,} bytes cannot hold {values:,} values")


def _batches(arrow: bytes) -> Iterator["_Table"]:
    for message in pa.ipc.MessageReader.open_stream(arrow):
        whole = _Table.root(message.metadata.to_pybytes())
        kind, header = whole.byte(_HEADER_TYPE), whole.table(_HEADER)
        if kind == _RECORD_BATCH:
            yield header
        elif kind == _DICTIONARY_BATCH:
            yield header.table(_DATA)


class _Table:
    """A table of a flatbuffer, in which Arrow's reader has found every place to lie within."""

    def __init__(self, buffer: bytes, at: int) -> None:
        self._buffer = buffer
        self._at = at
        self._fields = at - self._number("<i", at)
        self._fields_bytes = self._number("<H", self._fields)

    @classmethod
    def root(cls, buffer: bytes) -> "_Table":
        return cls(buffer, struct.unpack_from("<I", buffer)[0])

    def place(self, field: int) -> int:
        """Where the field's value stands; 0 for one that is not there."""
        entry = 4 + 2 * field
        offset = self._number("<H", self._fields + entry) if entry < self._fields_bytes else 0
        return self._at + offset if offset else 0

    def byte(self, field: int) -> int:
        at = self.place(field)
        return self._buffer[at] if at else 0

    def table(self, field: int) -> "_Table":
        return _Table(self._buffer, self._target(field))

    def values(self) -> int:
        """The number of values in all arrays of a record batch together."""
        if not self.place(_NODES):
            return 0
        at = self._target(_NODES)
        count = self._number("<I", at)
        return sum(_NODE.unpack_from(self._buffer, at + 4 + _NODE.size * each)[0] for each in range(count))

    def _target(self, field: int) -> int:
        at = self.place(field)
        return at + self._number("<I", at)

    def _number(self, form: str, at: int) -> int:
        number: int = struct.unpack_from(form, self._buffer, at)[0]
        return number


_OVERLAPPING = (
    pa.types.is_string_view,
    pa.types.is_binary_view,
    pa.types.is_list_view,
    pa.types.is_large_list_view,
    pa.types.is_run_end_encoded,
)
"""Types whose values may share their bytes, so that a few of them are as large as one likes."""


def _check_type(name: str, kind: pa.DataType) -> None:
    shares = any(is_such(kind) for is_such in _OVERLAPPING)
    dense = pa.types.is_union(kind) and kind.mode == "dense"
    dense = dense or (pa.types.is_union(kind) and kind.type_codes != list(range(kind.num_fields)))
    enumerated = pa.types.is_dictionary(kind) and not (
        pa.types.is_string(kind.value_type) or pa.types.is_large_string(kind.value_type)
    )
    if shares or dense or enumerated:
        raise pa.ArrowInvalid(f"{name}: values of type {kind} are not read")
    if isinstance(kind, pa.BaseExtensionType):
        _check_type(name, kind.storage_type)
    for each in range(kind.num_fields):
        _check_type(kind.field(each).name, kind.field(each).type)


def _check_array(array: pa.Array) -> None:
    """Whether what points somewhere points into the array. Decimals and times may be beyond what Arrow calls valid: a
    HUGEINT has 39 digits, and there is 24:00."""
    kind = array.type
    if isinstance(array, pa.DictionaryArray):
        _check_texts(array)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_map(kind):
        _check_range("offset", array.offsets, 0, len(array.values))
        if pc.any(pc.less(array.offsets[1:], array.offsets[:-1])).as_py():
            raise pa.ArrowInvalid("a list ends before it begins")
    elif pa.types.is_union(kind):
        _check_range("member", array.type_codes, 0, kind.num_fields - 1)
    elif (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
    ):
        array.validate(full=True)
    for part in _parts(array):
        _check_array(part)


def _check_texts(array: pa.DictionaryArray) -> None:
    """Raises `ArrowInvalid` where an enumeration would take too much once written out: each row may name its longest
    value."""
    _check_range("value", array.indices, 0, len(array.dictionary) - 1)
    _check_array(array.dictionary)
    size = pc.sum(pc.binary_length(array.dictionary).take(array.indices)).as_py() or 0
    if size > MAX_TEXT_BYTES:
        raise pa.ArrowInvalid(f"the values of an enumeration take {size:,} bytes, the limit is {MAX_TEXT_BYTES:,}")


def _check_range(what: str, numbers: pa.Array, least: int, most: int) -> None:
    found = pc.min_max(numbers).as_py()
    if found["min"] is not None and not least <= found["min"] <= found["max"] <= most:
        raise pa.ArrowInvalid(f"there is no {what} {found['min']} to {found['max']}, only {least} to {most}")


def _parts(array: pa.Array) -> list[pa.Array]:
    """The arrays within this one."""
    kind = array.type
    if isinstance(kind, pa.BaseExtensionType):
        return [array.storage]
    if pa.types.is_struct(kind) or pa.types.is_union(kind):
        return [array.field(each) for each in range(kind.num_fields)]
    return [array.values] if kind.num_fields else []  # a list or a map
