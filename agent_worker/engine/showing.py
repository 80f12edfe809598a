"""Types that Arrow has no counterpart for travel as the engine's own text."""

import duckdb

from agent_worker.engine.settings import quote_name

AS_TEXT = frozenset({"BIGNUM", "BIT", "GEOMETRY", "TIME WITH TIME ZONE", "UHUGEINT", "VARIANT"})
"""As Arrow they would be the engine's inner bytes, or even a wrong number: the largest UHUGEINT arrives as -1."""


def showable(relation: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """The same rows, with columns of such types as text. By position, because two columns may share a name."""
    if not any(str(kind) in AS_TEXT for kind in relation.types):
        return relation
    columns = (
        f"#{at}{'::VARCHAR' if str(kind) in AS_TEXT else ''} AS {quote_name(name)}"
        for at, (name, kind) in enumerate(zip(relation.columns, relation.types, strict=True), 1)
    )
    return relation.project(", ".join(columns))
