"""Sentences about a table's files: what in them is read otherwise than it is written. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from agent_worker.catalog.files.footers import Shape
from agent_worker.catalog.types.engine_types import UNITS, units_in
from agent_worker.catalog.types.unite import Difference, Group

MAX_NAMED = 3


def unclear_names(shapes: Mapping[str, Shape]) -> str:
    """Why it cannot be told which columns of the files are one, if so: the engine tells those that are called alike
    apart by numbers in their order, which may be another one elsewhere."""
    if len({shape.columns for shape in shapes.values()}) > 1:
        for file, shape in shapes.items():
            if shape.alike:
                return (
                    f"{file}: {_alike(*shape.alike)}, and the other files differ from it; give each a name of its own"
                )
    return ""


def of_shapes(groups: Iterable[Group]) -> list[str]:
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


def of_differences(groups: Sequence[Group], differences: Iterable[Difference]) -> list[str]:
    """How the types of parts meet."""
    return [_in_words(groups, difference) for difference in differences]


def _alike(one: str, two: str) -> str:
    if one == two:
        return f"two of its columns are called {one}"
    return f"its columns {one} and {two} differ only in the case of their letters"


def _in_words(groups: Sequence[Group], difference: Difference) -> str:
    where = ", ".join(f"{kind} in {_named(groups, of)}" for kind, of in difference.types)
    if len(difference.columns) == 1:
        column = difference.columns[0]
        return f"{difference.name} is {where}; it is read as {column.type}, which holds all values"
    names = ", ".join(column.name for column in difference.columns)
    return f"{difference.name} is {where}; no type holds both, so it is split into {names}"


def _named(groups: Sequence[Group], numbers: tuple[int, ...]) -> str:
    files = [file for number in numbers for file in groups[number].files]
    return ", ".join(files[:MAX_NAMED]) + (f" and {len(files) - MAX_NAMED} more" if len(files) > MAX_NAMED else "")
