"""Arrow columns in the types that travel, whether the engine or an agent has made them."""

import pyarrow as pa

from bus.values.arrow_types import arrow_type
from bus.values.logical_types import LogicalType
from bus.values.rows import json_values
from bus.values.value_text import value_text


def carry(column: pa.ChunkedArray, kind: LogicalType) -> pa.ChunkedArray:
    """The column as one of this type travels: cast, or as our own text where that is what travels.

    Raises pa.ArrowInvalid for a value that the type cannot hold.
    """
    target = arrow_type(kind)
    if column.type == target:
        return column
    if target != pa.string() or any(is_text(column.type) for is_text in _TEXTS):
        return column.cast(target)
    texts = (value_text(value, kind) for chunk in column.chunks for value in json_values(chunk))
    return pa.chunked_array([pa.array(texts, pa.string())])


_TEXTS = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_string_view,
    pa.types.is_dictionary,
    pa.types.is_null,
)
