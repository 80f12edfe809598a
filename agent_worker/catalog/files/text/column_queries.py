"""Queries about the texts of many columns at once: what is so of all of a column's texts."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import duckdb

from agent_worker.catalog.files.text.kinds import VALUES, TextKind, on
from agent_worker.engine.settings import quote_name, quote_text

TESTS_AT_ONCE = 1_000
NOTHING = ("na", "n/a", "null", "none", "nan", "nil", "-", "\\n", "?", "#n/a")
"""Texts that often stand for no value; they are left as they are, with a word about it."""


def bare(name: str) -> str:
    return f"nullif(trim({quote_name(name)}), '')"


def passes(kind: TextKind, name: str) -> str:
    """NULL for no text, else true or false: an aggregate would pass over a text that a test has no answer to."""
    x = bare(name)
    return f"CASE WHEN {x} IS NOT NULL THEN coalesce({on(kind.test, x)}, false) END"


def ask(connection: duckdb.DuckDBPyConnection, source: str, asked: Iterable[str]) -> Iterator[Any]:
    """One row of aggregates, asked for in portions: the engine plans thousands of them at once slowly."""
    listed = list(asked)
    for at in range(0, len(listed), TESTS_AT_ONCE):
        yield from connection.execute(f"SELECT {', '.join(listed[at : at + TESTS_AT_ONCE])} FROM {source}").fetchall()[
            0
        ]


STACKED = "one_text"
"""What each text is called where those of all columns are asked about in the same words."""


def ask_each(
    connection: duckdb.DuckDBPyConnection, table: str, names: Sequence[str], asked: Iterable[str]
) -> dict[str, tuple[Any, ...]]:
    """The same aggregates over STACKED for each of these columns, by column; one that holds no text is left out.
    Planning them for a thousand columns one by one takes longer than all else."""
    if not names:
        return {}
    stacked = f"UNPIVOT {table} ON {', '.join(map(quote_name, names))} INTO NAME one_name VALUE {STACKED}"
    sql = f"SELECT one_name, {', '.join(asked)} FROM ({stacked}) GROUP BY one_name"
    return {str(name): tuple(values) for name, *values in connection.execute(sql).fetchall()}


def likely_nothing(connection: duckdb.DuckDBPyConnection, table: str, names: Sequence[str]) -> set[str]:
    """The columns of which `words_for_nothing` has something to say, as far as this table's texts show."""
    found = ask_each(connection, table, names, _almost_values(STACKED))
    return {name for name, (almost, word) in found.items() if almost and word is not None}


def words_for_nothing(connection: duckdb.DuckDBPyConnection, source: str, names: Sequence[str]) -> dict[str, str]:
    """A remark for each column that would have another type but for a word that may stand for nothing, such as
    "n/a"."""
    asked = [of for name in names for of in _almost_values(name)]
    answers = list(ask(connection, source, asked))
    return {
        name: f"is read as text because of {word!r}; if that stands for nothing, say null = [{quote_name(word)}]"
        for name, almost, word in zip(names, answers[::2], answers[1::2], strict=True)
        if almost and word is not None
    }


def _almost_values(name: str) -> tuple[str, str]:
    """Are the column's texts values but for words for nothing, and one of these words."""
    x, words = bare(name), ", ".join(map(quote_text, NOTHING))
    values = " OR ".join(f"({passes(kind, name)})" for kind in VALUES)
    nothing = f"lower({x}) IN ({words})"
    return f"bool_and({nothing} OR {values}) AND bool_or({values})", f"min(CASE WHEN {nothing} THEN {x} END)"
