"""Questions to all texts of columns at once."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import duckdb

from agent_worker.catalog.files.text.kinds import VALUES, Kind, on
from agent_worker.engine.settings import quote_name, quote_text

TESTS_AT_ONCE = 1_000
NOTHING = ("na", "n/a", "null", "none", "nan", "nil", "-", "\\n", "?", "#n/a")
"""Texts that often stand for no value; they are left as they are, with a word about it."""


def bare(name: str) -> str:
    return f"nullif(trim({quote_name(name)}), '')"


def passes(kind: Kind, name: str) -> str:
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


def words_for_nothing(connection: duckdb.DuckDBPyConnection, source: str, names: Sequence[str]) -> dict[str, str]:
    """For columns of text that are none but for a word that may stand for nothing, what to do."""
    words = ", ".join(map(quote_text, NOTHING))
    asked = []
    for name in names:
        x = bare(name)
        values = " OR ".join(f"({passes(kind, name)})" for kind in VALUES)
        nothing = f"lower({x}) IN ({words})"
        asked += [f"bool_and({nothing} OR {values}) AND bool_or({values})", f"min(CASE WHEN {nothing} THEN {x} END)"]
    answers = list(ask(connection, source, asked))
    return {
        name: f"is read as text because of {word!r}; if that stands for nothing, say null = [{quote_name(word)}]"
        for name, almost, word in zip(names, answers[::2], answers[1::2], strict=True)
        if almost and word is not None
    }
