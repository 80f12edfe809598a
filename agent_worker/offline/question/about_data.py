"""Questions about the data rather than over them: which tables, which columns, what can be asked."""

from agent_worker.offline.english.phrases import PHRASES, Kind
from agent_worker.offline.english.tokens import atoms, stem
from agent_worker.offline.schema.name_index import Names, kind_of
from agent_worker.plan import DirectAnswer
from bus.contract.catalog import CatalogColumn, CatalogTable

_SMALL = """what which show list me all the are there is available do you have in of does for about a tell my give can i
we this these it here"""
_CARRIES_NOTHING = frozenset(_SMALL.split())
_TABLES = frozenset(("table", "dataset", "data", "file"))
_COLUMNS = frozenset(("column", "field", "schema", "describe", "structure"))
_HELP = frozenset(("help", "ask", "hi", "hello", "hey", "how", "start", "use", "question", "thank", "you"))
_SHOWN_VALUES = 6


def about(question: str, names: Names) -> DirectAnswer | None:
    """The answer when every word of a question is about the data themselves, else None."""
    words = {stem(word) for word in atoms(question)} - {stem(word) for word in _CARRIES_NOTHING}
    if not words:
        return None
    tables = [t for t in names.catalog.tables if words & {stem(part) for part in names.tables[t.name]}]
    rest = words - {stem(part) for t in tables for part in names.tables[t.name]}
    if rest and rest <= _COLUMNS | _TABLES and rest & _COLUMNS:
        return DirectAnswer("\n\n".join(_columns(t) for t in tables or names.catalog.tables))
    if rest and rest <= _TABLES and not tables:
        return DirectAnswer(_tables(names))
    if words <= _HELP:
        return DirectAnswer(_help(names))
    return None


def _tables(names: Names) -> str:
    lines = [f"| {t.name} | {t.row_count:,} | {len(t.columns)} |" for t in names.catalog.tables]
    return "\n".join(["| table | rows | columns |", "| --- | ---: | ---: |", *lines])


def _columns(table: CatalogTable) -> str:
    lines = [f"| {c.name} | {c.type} | {_holds(c)} |" for c in table.columns]
    return "\n".join([f"**{table.name}**, {table.row_count:,} rows", "", "| column | type | holds |",
                      "| --- | --- | --- |", *lines])  # fmt: skip


def _holds(column: CatalogColumn) -> str:
    if column.values:
        shown = ", ".join(column.values[:_SHOWN_VALUES])
        return shown + (f", … ({len(column.values)} values)" if len(column.values) > _SHOWN_VALUES else "")
    if column.minimum is not None and column.maximum is not None:
        return f"{column.minimum} to {column.maximum}"
    return ""


def _help(names: Names) -> str:
    """What can be asked, with examples over these data."""
    examples = "\n".join(f"- {example}" for example in _examples(names))
    return (
        "I am the offline planner: I answer counts, totals, averages, top lists, shares, groups and filters over these "
        f"tables, without a language model, and ask back about any word I cannot place.\n\n{_tables(names)}\n\n"
        f"For example:\n\n{examples}"
    )


def _examples(names: Names) -> list[str]:
    table = max(names.catalog.tables, key=lambda t: t.row_count)
    groups = [_spoken(names, table, c) for c in table.columns if c.values and kind_of(c) == "text"]
    figures = [_spoken(names, table, c) for c in table.columns if kind_of(c) == "number" and _measures(names, table, c)]
    examples = [f"how many {table.name}"]
    examples += [f"{table.name} by {group}" for group in groups[:1]]
    examples += [f"average {figure} by {group}" for figure in figures[-1:] for group in groups[:1]]
    return examples


def _spoken(names: Names, table: CatalogTable, column: CatalogColumn) -> str:
    return " ".join(names.columns[table.name, column.name])


def _measures(names: Names, table: CatalogTable, column: CatalogColumn) -> bool:
    """Whether a number is a figure rather than a key or a part of a date."""
    words = names.columns[table.name, column.name]
    plain = not any(PHRASES.get(word, (None, ""))[0] is Kind.COUNT for word in words)
    return plain and not {"key", "id", "year", "month", "day", "hour", "minute", "number"} & set(words)
