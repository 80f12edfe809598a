"""The columns of a table whose own log says what they are, whatever its files have. Pure."""

from collections.abc import Iterable, Sequence

import msgspec

from agent_worker.catalog.files.footers import Shape
from agent_worker.catalog.parts.merged_columns import MergedColumn, TypeDifference
from agent_worker.catalog.types.engine_types import Type, meet

Declared = Sequence[tuple[str, Type]]
_MOMENT, _ZONED = "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"


def with_zones(shape: Shape, declared: Declared) -> Shape:
    """What the log calls a moment of the world is in UTC, also where a file's writer has not said so."""
    zoned = {name.lower() for name, kind in declared if kind.name == _ZONED}
    in_utc = frozenset(name for name, kind in shape.columns if kind.name == _MOMENT and name.lower() in zoned)
    columns = tuple((name, Type(_ZONED) if name in in_utc else kind) for name, kind in shape.columns)
    return msgspec.structs.replace(shape, columns=columns, in_utc=in_utc)


def as_declared(columns: Iterable[MergedColumn], declared: Declared) -> list[MergedColumn]:
    """The columns that the log declares and no others, in its order; one that no file has is NULL."""
    known = {column.name.lower(): column for column in columns}
    found = [(name, kind, known.get(name.lower(), MergedColumn(name, kind, ()))) for name, kind in declared]
    return [msgspec.structs.replace(one, name=name, type=meet(one.type, kind) or one.type) for name, kind, one in found]


def unlike_declared(differences: Iterable[TypeDifference], declared: Declared) -> str:
    """Why the files are not what the log says, if so: no type holds what they have in one of its columns."""
    names = {name.lower(): kind for name, kind in declared}
    for difference in differences:
        if len(difference.columns) > 1 and (kind := names.get(difference.name.lower())):
            kinds = " and ".join(label for label, _ in difference.types)
            return f"its log says that column {difference.name} is {kind}, and its files have {kinds}"
    return ""
