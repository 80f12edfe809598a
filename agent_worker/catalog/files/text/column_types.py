"""The kind of each column of texts, found by looking at all of them."""

from collections.abc import Mapping, Sequence

import duckdb
import msgspec

from agent_worker.catalog.files.footers import Statistics
from agent_worker.catalog.files.text.column_queries import (
    STACKED,
    ask,
    ask_each,
    bare,
    likely_nothing,
    passes,
    words_for_nothing,
)
from agent_worker.catalog.files.text.dialect import SAMPLE_ROWS, Dialect
from agent_worker.catalog.files.text.kinds import (
    COMMA,
    COMMA_AS_DECLARED,
    GROUPED_BY_POINTS,
    TEXT,
    TextKind,
    declared,
    kinds_for,
    on,
    tried,
)
from agent_worker.catalog.files.text.options import FileOptions
from agent_worker.catalog.files.text.reading import NotATable
from agent_worker.catalog.types.engine_types import NULL
from agent_worker.engine.settings import quote_name

SAMPLE_VALUES = 1_000_000
"""Rows times columns that are looked at to find out what a column may be, before all rows say whether it is."""
COLUMNS_AT_ONCE = 150
_WHOLE_DIGITS, _FRACTION_DIGITS = 29, 9
_ANY_SCALE = f"DECIMAL({_WHOLE_DIGITS + _FRACTION_DIGITS},{_FRACTION_DIGITS})"
_SAY_DECIMAL = '; say decimal = "." or ","'


class Typed(msgspec.Struct, frozen=True):
    """One column: its type, the expressions for its text and its value, and what is in it. `remark` says what else may
    have been meant, `comma` that commas show to stand before decimals."""

    name: str
    type: str
    text: str
    value: str
    statistics: Statistics
    remark: str = ""
    comma: bool = False


class _Look(msgspec.Struct, frozen=True):
    """What all texts of a column say about a kind."""

    holds: bool
    evident: bool
    count: int
    whole: int
    fraction: int
    low: str | None
    high: str | None


def typed_columns(
    connection: duckdb.DuckDBPyConnection, source: str, dialect: Dialect, options: FileOptions, commas: str = ""
) -> tuple[list[Typed], int]:
    """The columns of `source`, all of whose columns are texts, and its number of rows. `commas` says what speaks for
    commas before decimals. Raises NotATable where a column is not what its owner says, and duckdb.Error."""
    names = dialect.names
    said = _said(names, options)
    sample = min(SAMPLE_ROWS, max(1, SAMPLE_VALUES // len(names)))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE text_sample AS FROM {source} LIMIT {sample}").fetchall()
    every = kinds_for(options.decimal, dialect.delimiter)
    possible = _possible(connection, "text_sample", [name for name in names if name not in said], every)
    likely = likely_nothing(connection, "text_sample", [name for name, kinds in possible.items() if not kinds])
    connection.execute("DROP TABLE text_sample").fetchall()
    rows, chosen, remarks = _settle(
        connection, source, {name: said.get(name) or possible[name] for name in names}, said, commas
    )
    texts = [name for name in names if chosen[name][0] is TEXT and chosen[name][1].count and name not in said]
    hints = words_for_nothing(connection, source, [name for name in texts if name in likely or possible[name]])
    chosen = _exact_extremes(connection, source, chosen)
    return [_typed(name, *chosen[name], rows, (hints | remarks).get(name, "")) for name in names], rows


def _typed(name: str, kind: TextKind, look: _Look, rows: int, remark: str) -> Typed:
    text = quote_name(name)
    extremes = (look.low, look.high)
    statistics = Statistics(extremes, extremes, rows - look.count, rows)
    if kind is TEXT:
        return Typed(name, TEXT.type if look.count else NULL, text, text, statistics, remark)
    kind_type = kind.typed(look.whole, look.fraction) or TEXT.type
    return Typed(name, kind_type, text, on(kind.value, bare(name), kind_type), statistics, remark, kind.type == "COMMA")


def _said(names: Sequence[str], options: FileOptions) -> dict[str, list[TextKind]]:
    """The kinds that the owner gives."""
    kinds: dict[str, list[TextKind]] = {}
    for name, said in options.types.items():
        if name not in names:
            raise NotATable(f"it has no column {name}, of which [files] says that it is {said}")
        kind = declared(said, options.decimal)
        if kind is None:
            raise NotATable(f"{said} is no type for its column {name}")
        kinds[name] = [kind]
    return kinds


def _possible(
    connection: duckdb.DuckDBPyConnection, table: str, names: Sequence[str], kinds: Sequence[TextKind]
) -> dict[str, list[TextKind]]:
    """The kinds of these that hold every text of a column in `table`, by column: found for all columns in one query."""
    found = ask_each(connection, table, names, [f"bool_and({passes(kind, STACKED)})" for kind in kinds])
    unknown = (None,) * len(kinds)
    return {
        name: [kind for kind, holds in zip(kinds, found.get(name, unknown), strict=True) if holds is not False]
        for name in names
    }


def _pruned(
    connection: duckdb.DuckDBPyConnection, source: str, possible: Mapping[str, Sequence[TextKind]]
) -> dict[str, list[TextKind]]:
    """The kinds of those in `possible` that hold every text of their column in all of `source`, by column."""
    tests = [(name, kind) for name, kinds in possible.items() for kind in kinds]
    answers = ask(connection, source, (f"bool_and({passes(kind, name)})" for name, kind in tests))
    left: dict[str, list[TextKind]] = {name: [] for name in possible}
    for (name, kind), holds in zip(tests, answers, strict=True):
        if holds is not False:
            left[name].append(kind)
    return left


def _settle(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    possible: Mapping[str, Sequence[TextKind]],
    said: Mapping[str, list[TextKind]],
    commas: str,
) -> tuple[int, dict[str, tuple[TextKind, _Look]], dict[str, str]]:
    """Look through all rows with the narrowest kind that each column may have; where it fails, with the next of those
    that no row speaks against."""
    waiting = {name: [*kinds, TEXT] for name, kinds in possible.items()}
    chosen: dict[str, tuple[TextKind, _Look]] = {}
    guesses: dict[str, TextKind] = {}
    rows = 0
    while waiting:
        rows, looks = _look(connection, source, {name: kinds[0] for name, kinds in waiting.items()})
        failed = {}
        for name, look in looks.items():
            kind, *others = waiting.pop(name)
            if not look.count:
                chosen[name] = (kind if name in said else TEXT, look)
            elif look.holds and look.evident and kind.typed(look.whole, look.fraction):
                chosen[name] = (kind, look)
            elif name in said:
                raise NotATable(_misfit(connection, source, name, kind))
            else:
                if look.holds and not look.evident and kind.ambiguous and (look.fraction or kind.type != "COMMA"):
                    guesses.setdefault(name, kind)
                failed[name] = others
        waiting = {name: kinds or [TEXT] for name, kinds in _pruned(connection, source, failed).items()}
    shown = next(
        (f"{name} has commas before decimals" for name, (kind, _) in chosen.items() if kind.type == "COMMA"), ""
    )
    if shown:
        again = {name: COMMA_AS_DECLARED for name, kind in guesses.items() if kind is COMMA and chosen[name][0] is TEXT}
        chosen |= {name: (COMMA_AS_DECLARED, look) for name, look in _look(connection, source, again)[1].items()}
    open_guesses = {name: kind for name, kind in guesses.items() if chosen[name][0] is TEXT}
    guessed = next(
        (f"{name} may have commas before decimals" for name, kind in open_guesses.items() if kind.type == "COMMA"), ""
    )
    remarks = {
        name: f"is read as text, because it may be {kind.ambiguous}{_SAY_DECIMAL if kind.type == 'COMMA' else ''}"
        for name, kind in open_guesses.items()
    }
    if why := shown or guessed or commas:
        left = {name: kind for name, (kind, _) in chosen.items() if name not in said}
        remarks |= _grouped_by_points(connection, source, chosen, left, why)
    return rows, chosen, remarks


def _grouped_by_points(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    chosen: dict[str, tuple[TextKind, _Look]],
    kinds: Mapping[str, TextKind],
    why: str,
) -> dict[str, str]:
    """Have columns of nothing but numbers grouped by points become texts: where commas may stand before decimals,
    points may stand between thousands, and such a column does not tell. Returns a remark for each."""
    points = [name for name, kind in kinds.items() if kind.type in ("DECIMAL", "DOUBLE")]
    answers = ask(connection, source, (f"bool_and({on(GROUPED_BY_POINTS, bare(name))})" for name in points))
    unclear = {name: TEXT for name, grouped in zip(points, answers, strict=True) if grouped}
    chosen |= {name: (TEXT, look) for name, look in _look(connection, source, unclear)[1].items()}
    remark = f"is read as text, because its points may stand before decimals or between thousands, as {why}"
    return dict.fromkeys(unclear, remark + _SAY_DECIMAL)


def _look(
    connection: duckdb.DuckDBPyConnection, source: str, asked: Mapping[str, TextKind]
) -> tuple[int, dict[str, _Look]]:
    """The number of rows, and a look at each column as the kind asked for. It goes in portions: the time to plan
    aggregates grows with the square of their number."""
    rows = 0
    looks: dict[str, _Look] = {}
    names = list(asked)
    for at in range(0, len(names), COLUMNS_AT_ONCE):
        portion = {name: asked[name] for name in names[at : at + COLUMNS_AT_ONCE]}
        rows, found = _look_at_once(connection, source, portion)
        looks |= found
    return rows, looks


def _look_at_once(
    connection: duckdb.DuckDBPyConnection, source: str, asked: Mapping[str, TextKind]
) -> tuple[int, dict[str, _Look]]:
    parts = ["count(*)"]
    for name, kind in asked.items():
        parts += _aggregates(name, kind)
    rows, *values = connection.execute(f"SELECT {', '.join(parts)} FROM {source}").fetchall()[0]
    looks = {}
    for at, name in enumerate(asked):
        count, holds, evident, whole, fraction, low, high = values[at * 7 : at * 7 + 7]
        looks[name] = _Look(
            holds is True, evident is True, count, whole or 0, fraction or 0,
            _plain(asked[name], low, fraction), _plain(asked[name], high, fraction),
        )  # fmt: skip
    return int(rows), looks


def _aggregates(name: str, kind: TextKind) -> list[str]:
    if kind is TEXT:
        text = quote_name(name)
        return [f"count({text})", "true", "true", "0", "0", f"min({text})", f"max({text})"]
    x = bare(name)
    value = on(tried(kind.value), x, _ANY_SCALE)
    mark = "," if kind.type == "COMMA" else "."
    digits = f"replace(ltrim({x}, '-'), '.', '')" if mark == "," else f"ltrim({x}, '-')"
    measured = (
        [f"max(length(split_part({digits}, '{mark}', {part})))" for part in (1, 2)] if kind.decimal else ["0", "0"]
    )
    evident = f"bool_or({on(kind.evidence, x)})" if kind.evidence else "true"
    return [
        f"count({x})", f"bool_and({passes(kind, name)})", evident, *measured,
        f"min({value})::VARCHAR", f"max({value})::VARCHAR",
    ]  # fmt: skip


def _plain(kind: TextKind, text: str | None, fraction: int | None) -> str | None:
    """An extreme as the column's type writes it."""
    if text is None or not kind.decimal:
        return text
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals[:fraction]}" if fraction else whole


def _exact_extremes(
    connection: duckdb.DuckDBPyConnection, source: str, chosen: dict[str, tuple[TextKind, _Look]]
) -> dict[str, tuple[TextKind, _Look]]:
    """Looks again at decimals of more digits than were looked at."""
    long = {
        name: on(kind.value, bare(name), kind.typed(look.whole, look.fraction) or "")
        for name, (kind, look) in chosen.items()
        if kind.decimal and (look.whole > _WHOLE_DIGITS or look.fraction > _FRACTION_DIGITS)
    }
    answers = list(ask(connection, source, (f"{of}({x})::VARCHAR" for x in long.values() for of in ("min", "max"))))
    looks = {
        name: msgspec.structs.replace(chosen[name][1], low=low, high=high)
        for name, low, high in zip(long, answers[::2], answers[1::2], strict=True)
    }
    return chosen | {name: (chosen[name][0], look) for name, look in looks.items()}


def _misfit(connection: duckdb.DuckDBPyConnection, source: str, name: str, kind: TextKind) -> str:
    asked = f"SELECT {bare(name)} AS text, {passes(kind, name)} AS fits, row_number() OVER () AS row FROM {source}"
    ((text, row),) = connection.execute(f"SELECT text, row FROM ({asked}) WHERE NOT fits LIMIT 1").fetchall()
    return f"its column {name} is said to be {kind.type}, and {text!r} in row {row} is not, or would be cut"
