"""What of a catalog a question is about, as found by our own matching."""

import msgspec


class Focus(msgspec.Struct, frozen=True):
    """`tables` are those nearest to the question, the nearest first; `columns` (table, column) those that its words
    name; `values` (table, column, value) those that it names, as they are spelled in the data."""

    tables: tuple[str, ...] = ()
    columns: frozenset[tuple[str, str]] = frozenset()
    values: tuple[tuple[str, str, str], ...] = ()
