"""What the schema in a Parquet file says that the engine's types do not. Pure."""

import base64
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec
import pyarrow as pa

from agent_worker.catalog.types.engine_types import MAX_DIGITS, Type


class Element(NamedTuple):
    """One of a schema that is flattened, the root first; each that has `children` is followed by them."""

    name: str
    type: str
    children: int
    digits: int


def leaves_of(elements: Sequence[Element]) -> list[tuple[int, ...]]:
    """For each column, the positions of its leaves among all leaves of the file."""
    found: list[tuple[int, ...]] = []
    at, leaf = 1, 0
    while at < len(elements):
        end = _end(elements, at)
        count = sum(1 for element in elements[at:end] if not element.children)
        found.append(tuple(range(leaf, leaf + count)))
        at, leaf = end, leaf + count
    return found


def columns_with(elements: Sequence[Element], kind: str = "", digits: int = 0) -> Iterator[tuple[int, Element]]:
    """The places of the columns that have a leaf of this type, or of more than so many digits, each with the first."""
    leaves = [element for element in elements[1:] if not element.children]
    for place, places in enumerate(leaves_of(elements)):
        for leaf in places:
            if leaves[leaf].type == kind or (digits and leaves[leaf].digits > digits):
                yield place, leaves[leaf]
                break


def rounded(elements: Sequence[Element]) -> dict[int, str]:
    """Columns of decimals with more digits than the engine's have, which it makes DOUBLE, each with why."""
    return {
        place: f"its decimals have up to {leaf.digits} digits, and the engine keeps {MAX_DIGITS} at most"
        for place, leaf in columns_with(elements, digits=MAX_DIGITS)
    }


def alike(elements: Sequence[Element]) -> tuple[str, str] | None:
    """Two names beside each other that differ in nothing but the case of their letters, if at all."""
    for parent in range(len(elements)):
        names: dict[str, str] = {}
        for child in _children(elements, parent):
            name = elements[child].name
            if name.lower() in names:
                return names[name.lower()], name
            names[name.lower()] = name
    return None


def with_units(kind: Type, arrow: pa.DataType) -> Type:
    """The engine's type, with the units of the durations that Arrow has written as whole numbers."""
    if pa.types.is_duration(arrow):
        return msgspec.structs.replace(kind, unit=arrow.unit)
    inner = [arrow.key_type, arrow.item_type] if pa.types.is_map(arrow) else _inner(arrow)
    if len(inner) != len(kind.of):
        return kind
    of = tuple((name, with_units(one, other)) for (name, one), other in zip(kind.of, inner, strict=True))
    return msgspec.structs.replace(kind, of=of)


def arrow_types(written: bytes) -> dict[str, pa.DataType]:
    """The Arrow types of the columns that hold durations, out of the schema that Arrow writes into a file."""
    try:
        schema = pa.ipc.read_schema(pa.py_buffer(base64.b64decode(written)))
    except (ValueError, OSError, pa.ArrowException):  # another writer's own words
        return {}
    return {field.name: field.type for field in schema if "duration[" in str(field.type)}


def _inner(arrow: pa.DataType) -> list[pa.DataType]:
    return [arrow.field(at).type for at in range(arrow.num_fields)] if pa.types.is_nested(arrow) else []


def _children(elements: Sequence[Element], parent: int) -> Iterator[int]:
    at = parent + 1
    for _ in range(elements[parent].children):
        yield at
        at = _end(elements, at)


def _end(elements: Sequence[Element], at: int) -> int:
    """Where the element that begins at `at` ends, with all that is in it."""
    left = 1
    while left:
        left += elements[at].children - 1
        at += 1
    return at
