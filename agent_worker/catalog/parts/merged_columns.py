"""How the parts of one table meet: one type for each column that holds the values of all. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from agent_worker.catalog.files.footers import Shape, Statistics
from agent_worker.catalog.files.partitions import Keys
from agent_worker.catalog.files.text.reading import RowReader
from agent_worker.catalog.types.engine_types import NULL, UNITS, Type, in_order, in_words, meet, whole


class FileGroup(msgspec.Struct, frozen=True):
    """Files of one shape and with the same hive keys; `statistics` are by the place of the column, `values` are the
    keys of each file and `rows_of` its number of rows; `reading` is how text files are read."""

    files: tuple[str, ...]
    rows: int
    shape: Shape
    keys: tuple[tuple[str, Type], ...] = ()
    statistics: Mapping[int, Statistics] = {}
    values: tuple[Keys, ...] = ()
    rows_of: tuple[int, ...] = ()
    reading: RowReader | None = None


class Occurrence(msgspec.Struct, frozen=True):
    """A column in one group of files, by the name it has there."""

    group: int
    name: str
    type: Type
    statistics: Statistics | None
    empty: bool


class MergedColumn(msgspec.Struct, frozen=True):
    """A column of the table. In a group without an occurrence, and where nothing is in it, it is NULL."""

    name: str
    type: Type
    found: tuple[Occurrence, ...]


class TypeDifference(msgspec.Struct, frozen=True):
    """Types that differ, each with the groups it stands in, and what the column became."""

    name: str
    types: tuple[tuple[str, tuple[int, ...]], ...]
    columns: tuple[MergedColumn, ...]


def unite(groups: Sequence[FileGroup]) -> tuple[list[MergedColumn], list[TypeDifference]]:
    """The table's columns, in the order in which the parts have them; names are one whatever their letters' case.

    Where no type holds all values, a column is split into one for each type that holds some of them: no value is
    lost, and none is taken for what it is not.
    """
    named: dict[str, list[Occurrence]] = {}
    for occurrence in _occurrences(groups):
        named.setdefault(occurrence.name.lower(), []).append(occurrence)
    columns: list[MergedColumn] = []
    differences: list[TypeDifference] = []
    for found in named.values():
        met = _columns(found, {*named, *(column.name.lower() for column in columns)})
        columns += met
        kinds = _kinds(occurrence for occurrence in found if not occurrence.empty)
        if len(kinds) > 1:
            types = tuple((kind, tuple(one.group for one in of)) for kind, of in kinds.items())
            differences.append(TypeDifference(found[0].name, types, tuple(met)))
    return columns, differences


def _occurrences(groups: Sequence[FileGroup]) -> Iterable[Occurrence]:
    """A hive key stands for a column of the file that has its name: so does the engine."""
    for number, group in enumerate(groups):
        keys = {name.lower() for name, _ in group.keys}
        for place, (name, kind) in enumerate(group.shape.columns):
            if name.lower() not in keys:
                statistics = group.statistics.get(place)
                empty = not group.rows or kind.name == NULL or (statistics is not None and statistics.empty)
                yield Occurrence(number, name, kind, statistics, empty)
        for name, kind in group.keys:
            yield Occurrence(number, name, kind, None, False)


def _kinds(found: Iterable[Occurrence]) -> dict[str, list[Occurrence]]:
    kinds: dict[str, list[Occurrence]] = {}
    for occurrence in found:
        kinds.setdefault(in_words(occurrence.type), []).append(occurrence)
    return kinds


def _columns(found: list[Occurrence], taken: set[str]) -> list[MergedColumn]:
    name = found[0].name
    kinds = _kinds(found)
    if len(kinds) == 1:
        return [MergedColumn(name, found[0].type, tuple(found))]
    filled = _kinds(occurrence for occurrence in found if not occurrence.empty) or kinds
    clusters = min((_clusters(filled, bounds) for bounds in (_declared, _narrowed)), key=len)
    members = [(kind, tuple(one for label in labels for one in filled[label])) for kind, labels in clusters]
    if len(members) == 1:
        return [MergedColumn(name, *members[0])]
    return [MergedColumn(_split_name(name, kind, taken), kind, found) for kind, found in members]


def _clusters(
    kinds: dict[str, list[Occurrence]], bounds: Callable[[list[Occurrence]], Type]
) -> list[tuple[Type, list[str]]]:
    """As few types as hold all values, each with the labels of the kinds that it holds. `bounds` gives the type of one
    kind's occurrences."""
    types = {label: bounds(found) for label, found in kinds.items()}
    labels = {id(kind): label for label, kind in types.items()}
    clusters: list[tuple[Type, list[str]]] = []
    for kind in in_order(types.values()):
        for at, (held, members) in enumerate(clusters):
            if (both := meet(held, kind)) is not None:
                clusters[at] = (both, [*members, labels[id(kind)]])
                break
        else:
            clusters.append((kind, [labels[id(kind)]]))
    return clusters


def _declared(found: list[Occurrence]) -> Type:
    """The type as the files have it; of days, those that there are."""
    kind = msgspec.structs.replace(found[0].type)
    texts = [one.statistics.texts if one.statistics else (None, None) for one in found]
    days = [day[:10] for pair in texts for day in pair if day is not None and re.match(r"\d{4}-\d\d-\d\d", day)]
    if len(days) == 2 * len(texts) and (kind.name == "DATE" or kind.name.startswith("TIMESTAMP")):
        return msgspec.structs.replace(kind, days=(min(days), max(days)))
    return kind


def _narrowed(found: list[Occurrence]) -> Type:
    """The type as narrow as the values in the files are, where their footers tell."""
    kind = _declared(found)
    numbers = [one.statistics.numbers if one.statistics else (None, None) for one in found]
    known = [number for pair in numbers for number in pair if number is not None]
    if len(known) < 2 * len(numbers) or kind.name not in ("INTEGER", "DECIMAL"):
        return kind
    try:
        if kind.name == "INTEGER":
            return whole(min(map(int, known)), max(map(int, known)), kind.unit)
        places = max(len(number.lstrip("-").partition(".")[0].lstrip("0")) for number in known)
        return msgspec.structs.replace(kind, digits=max(1, places + kind.scale))
    except ValueError:
        return kind


def _split_name(name: str, kind: Type, taken: set[str]) -> str:
    told = UNITS.get(kind.unit) or (kind.name if kind.of or kind.digits else str(kind))
    label = re.sub(r"\W+", "_", told).strip("_").lower()
    free, number = f"{name}_{label}", 2
    while free.lower() in taken:
        free, number = f"{name}_{label}_{number}", number + 1
    taken.add(free.lower())
    return free
