"""Between the engine's types and Arrow's. Imported only where rows are read or written: it loads pyarrow."""

import pyarrow as pa

from bus.values.logical_types import ENTRIES, LogicalType, carried

_PLAIN = {
    "BOOLEAN": pa.bool_(),
    "TINYINT": pa.int8(),
    "SMALLINT": pa.int16(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "UTINYINT": pa.uint8(),
    "USMALLINT": pa.uint16(),
    "UINTEGER": pa.uint32(),
    "UBIGINT": pa.uint64(),
    "HUGEINT": pa.decimal128(38, 0),
    "FLOAT": pa.float32(),
    "DOUBLE": pa.float64(),
    "VARCHAR": pa.string(),
    "BLOB": pa.binary(),
    "DATE": pa.date32(),
    "TIME": pa.time64("us"),
    "TIMESTAMP": pa.timestamp("us"),
    "TIMESTAMP_MS": pa.timestamp("ms"),
    "TIMESTAMP_NS": pa.timestamp("ns"),
    "TIMESTAMP WITH TIME ZONE": pa.timestamp("us", "UTC"),
}
_NAMES = {kind: name for name, kind in _PLAIN.items()} | {
    pa.null(): "NULL",
    pa.float16(): "FLOAT",
    pa.large_string(): "VARCHAR",
    pa.string_view(): "VARCHAR",
    pa.large_binary(): "BLOB",
    pa.binary_view(): "BLOB",
    pa.date64(): "DATE",
    pa.time32("s"): "TIME",
    pa.time32("ms"): "TIME",
    pa.time64("ns"): "TIME_NS",
    pa.timestamp("s"): "TIMESTAMP_S",
}
_KNOWN = {*_NAMES.values(), "DECIMAL"}


def arrow_type(kind: LogicalType) -> pa.DataType:
    """The Arrow type in which values of this type travel; text where the type is not known."""
    return _arrow(carried(kind))


def logical_type(kind: pa.DataType) -> LogicalType:
    """The engine's type for Arrow values that another has made. Of one that the engine lacks, Arrow's own name, also
    where it stands somewhere inside: such values travel as text."""
    if kind in _NAMES:
        return LogicalType(_NAMES[kind])
    if pa.types.is_decimal(kind) and 0 <= kind.scale <= kind.precision <= 38:
        return LogicalType("DECIMAL", args=f"{kind.precision},{kind.scale}")
    if pa.types.is_timestamp(kind):
        return LogicalType("TIMESTAMP WITH TIME ZONE")
    if pa.types.is_fixed_size_binary(kind):
        return LogicalType("BLOB")
    return _nested(kind)


def _nested(kind: pa.DataType) -> LogicalType:
    if pa.types.is_dictionary(kind):
        return logical_type(kind.value_type)
    found = LogicalType(*_shape(kind))
    known = all(inner.fields or inner.name in _KNOWN for _, inner in found.fields)
    return found if found.fields and known else LogicalType(str(kind).upper())


def _shape(kind: pa.DataType) -> tuple[str, tuple[tuple[str, LogicalType], ...], str]:
    if pa.types.is_fixed_size_list(kind):
        return "ARRAY", (("element", logical_type(kind.value_type)),), str(kind.list_size)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return "LIST", (("element", logical_type(kind.value_type)),), ""
    if pa.types.is_map(kind):
        return "MAP", tuple(zip(ENTRIES, map(logical_type, (kind.key_type, kind.item_type)), strict=True)), ""
    if pa.types.is_struct(kind):
        return "STRUCT", tuple((field.name, logical_type(field.type)) for field in kind), ""
    return "", (), ""


def _arrow(kind: LogicalType) -> pa.DataType:
    inner = [_arrow(field) for _, field in kind.fields]
    match kind.name:
        case "LIST":
            return pa.list_(inner[0])
        case "ARRAY":
            return pa.list_(inner[0], int(kind.args))
        case "MAP":
            return pa.map_(*inner)
        case "STRUCT" | "TUPLE":
            return pa.struct([(name, item) for (name, _), item in zip(kind.fields, inner, strict=True)])
        case "DECIMAL":
            precision, _, scale = kind.args.partition(",")
            return pa.decimal128(int(precision), int(scale))
    return _PLAIN.get(kind.name, pa.string())
