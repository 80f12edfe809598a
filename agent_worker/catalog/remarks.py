"""Sentences about a table's files: what in them is read otherwise than it is written. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence, Set

from agent_worker.catalog.files.footers import Shape, Statistics
from agent_worker.catalog.files.text.kinds import days_first
from agent_worker.catalog.parts.merged_columns import FileGroup, TypeDifference
from agent_worker.catalog.types.engine_types import UNITS, units_in

MAX_NAMED = 3


def unclear_names(shapes: Mapping[str, Shape]) -> str:
    """Why it cannot be told which columns of the files are one, if so: the engine tells those that are called alike
    apart by numbers in their order, which may be another one elsewhere."""
    names = {tuple((name, kind if kind.of else None) for name, kind in shape.columns) for shape in shapes.values()}
    if len(names) > 1:
        for file, shape in shapes.items():
            if shape.alike:
                return (
                    f"{file}: {_alike(*shape.alike)}, and the other files differ from it; give each a name of its own"
                )
    return ""


def of_shapes(groups: Iterable[FileGroup]) -> list[str]:
    """What the files' own schemas say, with the first file of each."""
    said: dict[str, str] = {}
    for group in groups:
        shape = group.shape
        numbered = [f"{_alike(*shape.alike)}: the second has a number behind its name"] if shape.alike else []
        units = [
            f"column {name} holds durations in {UNITS[unit]}, as whole numbers"
            for name, kind in shape.columns
            for unit in units_in(kind)
        ]
        for remark in (*shape.remarks, *numbered, *units):
            said.setdefault(remark, group.files[0])
    return [f"{file}: {remark}" for remark, file in said.items()]


def of_differences(groups: Sequence[FileGroup], differences: Iterable[TypeDifference]) -> list[str]:
    """The warnings about parts whose types differ."""
    return [_in_words(groups, difference) for difference in differences]


def of_hidden(groups: Iterable[FileGroup]) -> list[str]:
    """Columns of files that have a folder's key for a name and do not look as if they held the same values."""
    said: dict[str, str] = {}
    for group in groups:
        keys = {
            name.lower(): {value for of in group.values for key, value in of if key == name} for name, _ in group.keys
        }
        for place, (name, _) in enumerate(group.shape.columns):
            values = keys.get(name.lower())
            if values and group.rows and not _bounded_by(values, group.statistics.get(place)):
                said.setdefault(name, group.files[0])
    told = "is not read: what the folders' names say of it is taken, and the files may say otherwise"
    return [f"{file}: column {name} {told}" for name, file in said.items()]


def _bounded_by(values: Set[str | None], found: Statistics | None) -> bool:
    """Are these the extremes of what was found?"""
    texts = {value for value in values if value is not None}
    if found is None or found.nulls or texts != values:
        return False
    pairs = [(min(texts), max(texts))]
    if all(re.fullmatch(r"-?\d+", text) for text in texts):
        pairs.append((str(min(map(int, texts))), str(max(map(int, texts)))))
    return any(pair in (found.texts, found.numbers) for pair in pairs)


def of_day_orders(groups: Iterable[FileGroup]) -> list[str]:
    """Dates that some parts write with days before months, and others with months before days."""
    first: dict[str, dict[bool, str]] = {}
    for group in groups:
        for name, _, value in group.reading.columns if group.reading else ():
            if (order := days_first(value)) is not None:
                first.setdefault(name.lower(), {}).setdefault(order, group.files[0])
    return [
        f"in column {name} days stand before months in {files[True]}, and months before days in {files[False]}: each "
        "is read as its own days beyond 12 show"
        for name, files in first.items()
        if len(files) > 1
    ]


def _alike(one: str, two: str) -> str:
    if one == two:
        return f"two of its columns are called {one}"
    return f"its columns {one} and {two} differ only in the case of their letters"


def _in_words(groups: Sequence[FileGroup], difference: TypeDifference) -> str:
    where = ", ".join(f"{kind} in {_named(groups, of)}" for kind, of in difference.types)
    if len(difference.columns) == 1:
        column = difference.columns[0]
        return f"{difference.name} is {where}; it is read as {column.type}, which holds all values"
    names = ", ".join(column.name for column in difference.columns)
    return f"{difference.name} is {where}; no type holds both, so it is split into {names}"


def _named(groups: Sequence[FileGroup], numbers: tuple[int, ...]) -> str:
    files = [file for number in numbers for file in groups[number].files]
    return ", ".join(files[:MAX_NAMED]) + (f" and {len(files) - MAX_NAMED} more" if len(files) > MAX_NAMED else "")
