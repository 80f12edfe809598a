"""From conditions as they were said to filters over columns."""

from sqlglot import exp

from agent_worker.offline.binder.rules.query_ir import Filter
from agent_worker.offline.binder.rules.scope import Scope
from agent_worker.offline.binder.rules.time.calendars import calendar_of, date_calendar
from agent_worker.offline.binder.rules.time.time_filters import period
from agent_worker.offline.binder.rules.value_columns import places
from agent_worker.offline.english.phrases import Kind
from agent_worker.offline.english.tokens import atoms
from agent_worker.offline.grammar.rules.question_ast import Condition
from agent_worker.offline.lexer.lexemes import Ambiguous, Lexeme
from agent_worker.offline.schema.join_paths import ColumnRef
from agent_worker.offline.schema.value_index import ValueRef

_SHORT_LIST = 100
_SIGNS = {"=": exp.EQ, "!=": exp.NEQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE}
_SAID = {"=": "is", "!=": "is not", "in": "is", "not in": "is none of", "null": "is missing", "set": "is not missing"}


def filter_of(scope: Scope, condition: Condition) -> Filter:
    """One condition over the scope's base table; raises `Ambiguous` where it has no single meaning."""
    if condition.moments:
        return _in_time(scope, condition)
    if condition.subject is None or any(item.kind is Kind.VALUE for item in condition.operands):
        return _by_values(scope, condition)
    if condition.subject.unit and not condition.subject.names:
        raise Ambiguous(f"Compare “{condition.subject.text}” with a date.", condition.subject)
    return _by_column(scope, condition, condition.subject)


def _in_time(scope: Scope, condition: Condition) -> Filter:
    subject = condition.subject
    if subject is None or (subject.unit and not (subject.names and subject.names[0].kind == "date")):
        calendar = calendar_of(scope, condition.item, lead="with {1} {0}")
        return period(scope, calendar, condition.operator, condition.moments)
    ref = scope.find(subject, tables=False).ref
    return period(scope, date_calendar(scope, ref), condition.operator, condition.moments)


def _by_column(scope: Scope, condition: Condition, subject: Lexeme) -> Filter:
    target = scope.find(subject, tables=False)
    if target.column is None:
        raise Ambiguous(f"“{subject.text}” is computed over many rows and cannot be a condition on one.", subject)
    ref, operator = target.ref, condition.operator
    column, name = scope.sql(ref), f"{scope.words((), ref.table, ref.column)}"
    if operator in ("true", "false"):
        flag: exp.Expression = column if operator == "true" else exp.not_(column)
        return Filter(flag, f"{name} is {operator}", (ref,))
    if operator in ("null", "set"):
        test: exp.Expression = column.is_(exp.null())
        return Filter(test if operator == "null" else exp.not_(test), f"{name} {_SAID[operator]}", (ref,))
    literals = [_literal(scope, ref, item) for item in condition.operands]
    said = " or ".join(item.text for item in condition.operands)
    if operator == "between":
        low, high = literals
        both = exp.Between(this=column, low=low, high=high)
        return Filter(both, f"{name} between {condition.operands[0].text} and {condition.operands[1].text}", (ref,))
    return Filter(_compare(column, operator, literals), f"{name} {_SAID.get(operator, operator)} {said}", (ref,))


def _compare(column: exp.Expression, operator: str, literals: list[exp.Expression]) -> exp.Expression:
    if operator in ("in", "not in"):
        inside = exp.In(this=column, expressions=literals)
        return inside if operator == "in" else exp.not_(inside)
    return _SIGNS[operator](this=column, expression=literals[0])


def _literal(scope: Scope, ref: ColumnRef, item: Lexeme) -> exp.Expression:
    """What was typed, as a literal of the column's kind."""
    kind, column = scope.kind(ref), scope.column(ref)
    if kind == "number":
        if item.number is None:
            raise Ambiguous(f"{ref.column} holds numbers; “{item.text}” is none.", item)
        return exp.Literal.number(f"{item.number:.15g}")
    if kind != "text":
        raise Ambiguous(f"I cannot compare {ref.column} ({column.type}) with “{item.text}”.", item)
    text = item.word if item.kind is Kind.QUOTED else item.text
    if column.values and text not in column.values:
        same = [value for value in column.values if value.lower() == text.lower()]
        if len(same) != 1:
            raise Ambiguous(f"{ref.column} has no value “{text}”.", item, tuple(column.values[:5]))
        text = same[0]
    return exp.Literal.string(text)


def _by_values(scope: Scope, condition: Condition) -> Filter:
    """Values that tell their column: all of them must stand in one and the same."""
    found = []
    for item in condition.operands:
        if item.kind is not Kind.VALUE:
            raise Ambiguous(f"In which column should I look for “{item.text}”?", item)
        found.append(places(scope, item, condition.role, condition.subject))
    shared = [ref for ref in found[0] if all(ref in place for place in found)]
    first = condition.operands[0]
    if not shared:
        raise Ambiguous(_no_column(scope, condition), first)
    if len(shared) > 1:
        options = tuple(scope.words(ref.path, ref.table, ref.column) for ref in shared)
        raise Ambiguous(f"“{first.text}” may be {' or '.join(options)}. Which one?", first,
                       tuple(f"{option} {first.text}" for option in options))  # fmt: skip
    ref = shared[0]
    _check_parts(scope, condition, ref, [place[ref] for place in found])
    texts = [_single(item, place[ref]) for item, place in zip(condition.operands, found, strict=True)]
    scope.cost += len(ref.path)
    literals: list[exp.Expression] = [exp.Literal.string(text) for text in texts]
    name = scope.words(ref.path, ref.table, ref.column)
    words = f"{name} {_SAID[condition.operator]} {' or '.join(texts)}"
    return Filter(_compare(scope.sql(ref), condition.operator, literals), words, (ref,))


def _check_parts(scope: Scope, condition: Condition, ref: ColumnRef, found: list[list[ValueRef]]) -> None:
    """Only the beginning of a value tells it ("United", but not "York"), and none does in a long list of names:
    "Boston" is not Boston Back Bay Station, nor is "in Alaska" with Alaska Airlines."""
    long = len(scope.column(ref).values) > _SHORT_LIST
    for item, values in zip(condition.operands, found, strict=True):
        if not values[0].whole and (long or condition.within or not _begins(values, item)):
            texts = tuple(dict.fromkeys(value.value for value in values))[:5]
            raise Ambiguous(f"Is “{item.text}” {' or '.join(texts)}?", item, texts)


def _begins(values: list[ValueRef], item: Lexeme) -> bool:
    said = atoms(item.text)
    return all(atoms(value.value)[: len(said)] == said for value in values)


def _single(item: Lexeme, values: list[ValueRef]) -> str:
    texts = list(dict.fromkeys(value.value for value in values))
    if len(texts) > 1:
        shown = ", ".join(texts[:5]) + (f" and {len(texts) - 5} more" if len(texts) > 5 else "")
        raise Ambiguous(f"“{item.text}” fits several values: {shown}. Which one?", item, tuple(texts[:5]))
    return texts[0]


def _no_column(scope: Scope, condition: Condition) -> str:
    said = " and ".join(f"“{item.text}”" for item in condition.operands)
    owners = sorted({f"{v.table}.{v.column}" for item in condition.operands for v in item.values})[:3]
    subject = f" of {condition.subject.text}" if condition.subject else ""
    return f"{said} is in {', '.join(owners)}, which is no single column{subject} that {scope.base} can be filtered by."
