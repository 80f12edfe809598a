"""Measures: from "average departure delay" to an aggregate over the base table."""

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from agent_worker.offline.binder.rules.query_ir import Figure
from agent_worker.offline.binder.rules.scope import Scope, Target, Through
from agent_worker.offline.english.tokens import plural, stem
from agent_worker.offline.english.vocabulary import AMOUNTS
from agent_worker.offline.grammar.rules.question_ast import MeasureDraft
from agent_worker.offline.lexer.lexemes import Ambiguous, Lexeme, is_table
from agent_worker.offline.schema.join_paths import ColumnRef
from agent_worker.offline.schema.name_index import kind_of

_WORDS = {"avg": "average", "sum": "total", "median": "median", "min": "minimum", "max": "maximum",
          "stddev": "standard deviation of", "filled": "number of filled"}  # fmt: skip
_OVER_KEY = 5.0
"""Counting things through the rows that refer to them is a farther reading than counting their own table."""


def figure_of(scope: Scope, draft: MeasureDraft) -> Figure:
    """One aggregate over the scope's base table; raises `Ambiguous` where it would be ambiguous or count rows twice."""
    if draft.item is None:
        if draft.agg not in ("count", "most", "sum"):
            raise Ambiguous(f"The {_WORDS.get(draft.agg, draft.agg)} of what?")
        return count_rows(scope)
    if draft.item.unit:
        return _count_units(scope, draft.item)
    if draft.agg == "corr" and draft.other is not None:
        return _correlation(scope, draft.item, draft.other)
    if draft.agg in ("count", "most", "sum") and scope.means_table(draft.item, scope.base):
        if draft.agg == "sum":
            check_amount(scope, draft.item, said="")
        return count_rows(scope)
    if is_table(draft.item) and draft.agg not in ("count", "most", "sum"):
        raise Ambiguous(f"The {_WORDS.get(draft.agg, draft.agg)} of {draft.item.text}: of which column?", draft.item)
    target = scope.find(draft.item)
    if target.measure is not None:
        return _declared(scope, draft, target)
    if target.column is None:
        return _count_things(scope, draft, target)
    if draft.agg == "count":
        return _count_column(scope, draft, target.ref)
    return _aggregate(scope, draft, target.ref)


def check_amount(scope: Scope, item: Lexeme, said: str = "total ") -> None:
    """ "Sales" are a number of rows to one person and a sum of money to another; "how many sales" is clear."""
    if stem(scope.names.tables[scope.base][-1]) not in AMOUNTS:
        return
    figures = [c.name for c in scope.table(scope.base).columns if kind_of(c) == "number"]
    words = [" ".join(scope.names.columns[scope.base, name]) for name in figures]
    sums = tuple(said + word for word in words if not {"id", "key"} & set(word.split()))[:3]
    if sums:
        raise Ambiguous(
            f"Is the number of {item.text} meant, or a sum of them?", item, (f"number of {item.text}", *sums)
        )


def count_rows(scope: Scope) -> Figure:
    name = plural(" ".join(scope.names.tables[scope.base]))
    return Figure(exp.Count(this=exp.Star()), f"number_of_{name.replace(' ', '_')}", f"number of {name}")


def _count_units(scope: Scope, item: Lexeme) -> Figure:
    raise Ambiguous(f"I cannot count “{item.text}” here: ask for figures by {item.unit} instead.", item)


def _declared(scope: Scope, draft: MeasureDraft, target: Target) -> Figure:
    """A measure as it was declared; an average of a total would be another figure and is refused."""
    if draft.agg not in ("measure", "sum", "most", "max", "min"):
        raise Ambiguous(
            f"{target.measure} is a figure already: its {_WORDS.get(draft.agg, draft.agg)} over what?", draft.item
        )
    if target.path:
        raise Ambiguous(f"{target.measure} belongs to {target.table}, and {scope.base} would count its rows twice.")
    measure = next(m for m in scope.catalog.description.measures if m.name == target.measure)
    try:
        expression = sqlglot.parse_one(measure.expression, dialect="duckdb")
    except SqlglotError as error:
        raise Ambiguous(
            f"The measure {measure.name} is declared as “{measure.expression}”, which is no SQL."
        ) from error
    for column in expression.find_all(exp.Column):
        column.set("table", exp.to_identifier(scope.base))
    if draft.agg == "sum" and not isinstance(expression, exp.Sum | exp.Count):
        raise Ambiguous(f"{target.measure} is {measure.expression}, of which there is no total.", draft.item)
    scope.notes.append(f"{measure.name} is {measure.expression}.")
    return Figure(expression, measure.name.replace(" ", "_"), measure.name)


def _count_things(scope: Scope, draft: MeasureDraft, target: Target) -> Figure:
    """Things of another table, counted through the key that leads to them."""
    assert draft.item is not None
    if draft.agg not in ("count", "most"):
        raise Ambiguous(f"The {_WORDS.get(draft.agg, draft.agg)} of {draft.item.text}: of which column?", draft.item)
    key = target.path[-1]
    ref = ColumnRef(target.path[:-1], key.table, key.column)
    scope.cost += _OVER_KEY
    scope.through = Through(draft.item, ref)
    return _distinct(scope, ref, plural(" ".join(scope.names.tables[target.table])))


def _distinct(scope: Scope, ref: ColumnRef, name: str) -> Figure:
    count = exp.Count(this=exp.Distinct(expressions=[scope.sql(ref)]))
    words = f"number of different {name}"
    where = f" ({ref.table}.{ref.column})" if name.replace(" ", "_") != ref.column else ""
    return Figure(count, f"number_of_{name.replace(' ', '_')}", words + where, (ref,))


def _count_column(scope: Scope, draft: MeasureDraft, ref: ColumnRef) -> Figure:
    """Different values of a column. A plain count of a column of figures is refused: its sum may be meant."""
    assert draft.item is not None
    name = scope.words(ref.path, ref.table, ref.column)
    if scope.kind(ref) == "flag":
        raise Ambiguous(f"{name} is true or false: say what is to be counted.", draft.item)
    if scope.kind(ref) == "number" and not draft.distinct and not _is_key(scope, ref):
        raise Ambiguous(
            f"Is the total of {name} meant, or the number of its different values?",
            draft.item,
            (f"total {name}", f"distinct {name}"),
        )
    return _distinct(scope, ref, plural(name))


def is_count(figure: Figure) -> bool:
    """Whether a figure counts different values."""
    return isinstance(figure.expression, exp.Count) and isinstance(figure.expression.this, exp.Distinct)


def _is_key(scope: Scope, ref: ColumnRef) -> bool:
    return scope.names.key_of(ref.table) == ref.column


def _aggregate(scope: Scope, draft: MeasureDraft, ref: ColumnRef) -> Figure:
    assert draft.item is not None
    name = scope.words(ref.path, ref.table, ref.column)
    agg = draft.agg
    if ref.path:
        raise Ambiguous(
            f"{name} belongs to {ref.table}; taken over {scope.base} each of its rows would count many times. "
            f"Ask about {ref.table} alone.",
            draft.item,
        )
    if agg == "most":
        raise Ambiguous(f"Most {name}: is the total, the average or the highest meant?", draft.item,
                       tuple(f"{word} {name}" for word in ("total", "average", "highest")))  # fmt: skip
    if agg in ("avg", "sum", "median", "stddev") and _holds_clock_times(scope, ref):
        raise Ambiguous(
            f"{name} seems to hold times of day such as 1730: their {_WORDS[agg]} would be no time.", draft.item
        )
    column = scope.sql(ref)
    if agg == "filled":
        return Figure(exp.Count(this=column), "filled", f"number of rows with {name}", (ref,))
    if scope.kind(ref) != "number" and not (agg in ("min", "max") and scope.kind(ref) == "date"):
        raise Ambiguous(f"{name} holds {scope.column(ref).type}, which has no {_WORDS[agg].split()[0]}.", draft.item)
    inner = exp.Distinct(expressions=[column]) if draft.distinct else column
    expression = exp.func(agg, inner, dialect="duckdb")
    return Figure(expression, f"{agg}_{ref.column}", f"{_WORDS[agg]} {name}", (ref,))


def _holds_clock_times(scope: Scope, ref: ColumnRef) -> bool:
    """Whether whole numbers are hours and minutes written together: called a time, up to 2359 or 2400."""
    column = scope.column(ref)
    highest = column.maximum or ""
    return "time" in scope.names.columns[ref.table, ref.column] and highest.isdigit() and 2300 <= int(highest) <= 2400


def _correlation(scope: Scope, first: Lexeme, second: Lexeme) -> Figure:
    refs = []
    for item in (first, second):
        target = scope.find(item, tables=False)
        if target.column is None or scope.kind(target.ref) != "number":
            raise Ambiguous(f"“{item.text}” is not a column of numbers.", item)
        refs.append(target.ref)
    if all(ref.path for ref in refs):
        raise Ambiguous(f"Ask about {refs[0].table} alone.", first)
    names = [scope.words(ref.path, ref.table, ref.column) for ref in refs]
    expression = exp.func("corr", *(scope.sql(ref) for ref in refs), dialect="duckdb")
    return Figure(expression, "correlation", f"correlation between {names[0]} and {names[1]}", tuple(refs))
