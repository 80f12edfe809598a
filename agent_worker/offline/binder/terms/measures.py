"""The figures that the owner of the data has declared."""

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from agent_worker.offline.binder.names.binding import Doubtful, Unbound
from agent_worker.offline.binder.query_ir import Agg
from agent_worker.offline.lexer.lattice import Name
from agent_worker.offline.schema.identifiers import identifier
from bus.contract.catalog import Catalog

_PLAIN = ("", "sum")
"""What may be said of a figure that is one already: "total revenue"."""


def declared(catalog: Catalog, base: str, name: Name, fn: str = "") -> Agg | None:
    """The declared figure that a name means, over its own table; None where the name is another's.

    Raises `Unbound` over any other table, which would count rows twice, and `Doubtful` for a figure of a figure.
    """
    measure = next((m for m in catalog.description.measures if m.name == name.candidates[0].measure), None)
    if measure is None:
        return None
    if measure.table != base:
        raise Unbound(f"{measure.name} is of {measure.table}")
    try:
        expression = sqlglot.parse_one(measure.expression, dialect="duckdb")
    except SqlglotError as error:
        raise Doubtful(f"{measure.name} is declared as “{measure.expression}”, which is no SQL") from error
    adds_up = isinstance(expression, exp.Sum | exp.Count)
    if fn not in _PLAIN or (fn == "sum" and not adds_up):
        raise Doubtful(f"{measure.name} is a figure already")
    for column in expression.find_all(exp.Column):
        column.set("table", identifier(base))
    return Agg(fn="sum" if adds_up else "formula", formula=expression.sql("duckdb"), name=measure.name)
