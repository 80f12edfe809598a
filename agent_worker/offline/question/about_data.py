"""Questions about the data rather than over them: which tables, which columns, what can be asked."""

from collections.abc import Iterable

from agent_worker.offline.english.tokens import atoms
from agent_worker.offline.english.word_forms import stem, stems
from agent_worker.offline.schema.lookup import NameIndex, nearest
from agent_worker.offline.schema.model import Schema
from agent_worker.offline.schema.roles import ColumnKind, kind_of
from agent_worker.plan import DirectAnswer
from bus.contract.catalog import CatalogColumn, CatalogTable

_SMALL = """what which show list me all the are there is available do you have in of does for about a tell my give can i
we this these it here"""
_CARRIES_NOTHING = frozenset(_SMALL.split())
_TABLES = frozenset(("table", "dataset", "data", "file"))
_COLUMNS = frozenset(("column", "field", "schema", "describe", "structure"))
_HELP = frozenset(("help", "ask", "hi", "hello", "hey", "how", "start", "use", "question", "thank", "you"))
_MEANING = frozenset(("mean", "contain", "hold", "stand", "describe", "stored", "kept", "inside"))
_TIMES = frozenset(
    """when since until till end start begin cover period range recent far back current fresh reach go to up how long
    date from time""".split()  # noqa: SIM905
)
_ASKS_TIME = frozenset(
    "when since until till cover period range recent far current fresh".split()  # noqa: SIM905
)
_ROWS = frozenset(("row", "record", "entry"))
_NUMBERS = frozenset(("many", "number", "count", "total"))
_COUNTING = _NUMBERS | {"how", "table"}
_SHOWN_VALUES = 6
_NO_FIGURES = frozenset(("count", "key", "id", "year", "month", "day", "hour", "minute", "number"))
"""Words of keys and of parts of dates."""


def about(question: str, index: NameIndex) -> DirectAnswer | None:
    """The answer when every word of a question is about the data themselves, else None."""
    words, tables, rest = _split(question, index)
    if not words:
        return None
    counted = rest - _COUNTING
    if rest <= _COLUMNS | _TABLES | _COUNTING and counted & _COLUMNS:
        return DirectAnswer("\n\n".join(_columns(t) for t in tables or index.schema.catalog.tables))
    if rest & _MEANING and (said := _meaning(index, [w for w in atoms(question) if stem(w) in words - _MEANING])):
        return DirectAnswer(said)
    if tables and rest <= _MEANING and (rest or len(tables) == 1):
        return DirectAnswer("\n\n".join(map(_columns, tables)))
    if rest & _ASKS_TIME and rest <= _TIMES | _TABLES and (times := _times(tables or index.schema.catalog.tables)):
        return DirectAnswer(times)
    if rest and rest <= _TABLES | _COUNTING and rest & _TABLES and not tables:
        return DirectAnswer(_tables(index))
    if words <= _HELP:
        return DirectAnswer(_help(index))
    return None


def rows_of(question: str, index: NameIndex) -> tuple[str, str]:
    """What is asked of a table's rows by a question that says nothing else, and the table: "how many" for "how many
    records are in orders", "list" for "show the rows of orders"; two empty texts otherwise."""
    _, tables, rest = _split(question, index)
    if len(tables) != 1 or not rest & _ROWS or not rest <= _ROWS | _COUNTING:
        return "", ""
    return "how many" if rest & _NUMBERS else "list", tables[0].name


def _split(question: str, index: NameIndex) -> tuple[set[str], list[CatalogTable], set[str]]:
    """The words of a question that carry something, the tables they name, and those that name none."""
    words = stems(atoms(question)) - stems(_CARRIES_NOTHING)
    tables = [t for t in index.schema.catalog.tables if words & _stems(index, t)]
    return words, tables, words - {word for t in tables for word in _stems(index, t)}


def _stems(index: NameIndex, table: CatalogTable) -> set[str]:
    """The words by which a table is called, in full and as its name shortens them."""
    return {stem(word) for form in index.schema.tables[table.name].forms for word in form}


def _tables(index: NameIndex) -> str:
    lines = [f"| {t.name} | {t.row_count:,} | {len(t.columns)} |" for t in index.schema.catalog.tables]
    return "\n".join(["| table | rows | columns |", "| --- | ---: | ---: |", *lines])


def _columns(table: CatalogTable) -> str:
    lines = [f"| {c.name} | {c.type} | {_holds(c)} |" for c in table.columns]
    size = f"{table.row_count:,} rows, {len(table.columns):,} columns"
    return "\n".join([f"**{table.name}**, {size}", "", "| column | type | holds |",
                      "| --- | --- | --- |", *lines])  # fmt: skip


def _meaning(index: NameIndex, words: list[str]) -> str:
    """The columns that are called so, with what they hold; "" without any."""
    named = {(c.table, c.column) for c in nearest(index.find(tuple(words)))} if words else set()
    lines = [f"| {t.name}.{c.name} | {c.type} | {_holds(c)} |" for t in index.schema.catalog.tables for c in t.columns
             if (t.name, c.name) in named]  # fmt: skip
    head = ["Nobody has written down what it means. This is what is known:", "", "| column | type | holds |"]
    return "\n".join([*head, "| --- | --- | --- |", *lines]) if lines else ""


def _times(tables: Iterable[CatalogTable]) -> str:
    """From when to when each column of dates goes; "" without any."""
    lines = [f"| {t.name}.{c.name} | {c.minimum} | {c.maximum} |" for t in tables for c in t.columns
             if kind_of(c) == "date" and c.minimum and c.maximum]  # fmt: skip
    return "\n".join(["| column | from | to |", "| --- | --- | --- |", *lines]) if lines else ""


def _holds(column: CatalogColumn) -> str:
    if column.values:
        shown = ", ".join(column.values[:_SHOWN_VALUES])
        return shown + (f", … ({len(column.values)} values)" if len(column.values) > _SHOWN_VALUES else "")
    if column.minimum is not None and column.maximum is not None:
        return f"{column.minimum} to {column.maximum}"
    return ""


def _help(index: NameIndex) -> str:
    """What can be asked, with examples over these data."""
    examples = "\n".join(f"- {example}" for example in _examples(index.schema))
    return (
        "I am the offline planner: I answer counts, totals, averages, top lists, shares, groups and filters over these "
        f"tables, without a language model, and ask back about any word I cannot place.\n\n{_tables(index)}\n\n"
        f"For example:\n\n{examples}"
    )


def _examples(schema: Schema) -> list[str]:
    table = max(schema.tables.values(), key=lambda t: t.info.row_count)
    groups = [c.spoken for c in table.columns if c.info.values and c.kind is ColumnKind.TEXT]
    amounts = [c.spoken for c in table.columns if c.kind is ColumnKind.NUMBER and _NO_FIGURES.isdisjoint(c.words)]
    examples = [f"how many {table.name}"]
    examples += [f"{table.name} by {group}" for group in groups[:1]]
    examples += [f"average {figure} by {group}" for figure in amounts[-1:] for group in groups[:1]]
    return examples
