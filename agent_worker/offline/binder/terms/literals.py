"""Values and numbers as they are compared with a column, by what it holds."""

from datetime import date

from agent_worker.offline.binder.query_ir import Literal
from agent_worker.offline.english.word_forms import stem
from agent_worker.offline.grammar.fragments import Average, Operand
from agent_worker.offline.lexer.lattice import Number, Value
from agent_worker.offline.schema.model import Column
from agent_worker.offline.schema.ranges import numbers_of
from agent_worker.offline.schema.roles import ColumnKind, ColumnRole, kind_of

_YEAR = range(1000, 2300)


class Unfit(Exception):
    """The operands cannot be compared with this column."""


def literals(column: Column, operator: str, operands: tuple[Operand, ...]) -> tuple[str, tuple[Literal, ...]]:
    """How the column is read ("", "year", "number") and the operands in SQL. Raises `Unfit`."""
    form = _form(column, operator, operands)
    return form, tuple(literal for one in operands for literal in _literal(column, operator, one, form))


def _form(column: Column, operator: str, operands: tuple[Operand, ...]) -> str:
    first = operands[0]
    if column.role is ColumnRole.IDENTIFIER and operator in ("<", "<=", ">", ">=", "between"):
        raise Unfit
    if isinstance(first, Average):
        if column.role is not ColumnRole.QUANTITY and column.role is not ColumnRole.YEAR:
            raise Unfit
        return ""
    if isinstance(first, Value):
        return ""
    if first.date:
        return _dated(column, first)
    if first.text.endswith("%") and (column.role is ColumnRole.YEAR or float(column.info.maximum or 0) <= 1):
        raise Unfit
    if column.role is ColumnRole.YEAR and not first.date and first.number not in _YEAR:
        raise Unfit
    if column.role is ColumnRole.DATE and not first.date:
        if first.number not in _YEAR:
            raise Unfit
        return "year"
    if column.kind is ColumnKind.TEXT and operator not in ("=", "!=") and not first.date:
        edges = (column.info.minimum or "x", column.info.maximum or "x")
        if not all(edge.replace(".", "", 1).isdigit() for edge in edges):
            raise Unfit
        return "number"
    return ""


def _dated(column: Column, day: Number) -> str:
    """A whole day is compared with the day of a timestamp."""
    try:
        date(*map(int, day.text.split("-")))
    except (ValueError, TypeError) as error:
        raise Unfit from error
    return "day" if column.info.type.upper().startswith("TIMESTAMP") else ""


def _literal(column: Column, operator: str, operand: Operand, form: str) -> list[Literal]:
    if isinstance(operand, Average):
        return [Literal("", f"the {operand.fn}", operand.fn)]
    if isinstance(operand, Number):
        return [_number(column, operand, form)]
    if "%" in operator:
        if kind_of(column.info) is not ColumnKind.TEXT:
            raise Unfit
        return [_text(operand.text)]
    if kind_of(column.info) is not ColumnKind.TEXT or operator not in ("=", "!="):
        raise Unfit
    refs = operand.by_place.get((column.table, column.name), [])
    whole = [r for r in refs if r.whole]
    if not whole and refs and not operand.quoted:
        if len({r.value for r in refs}) > 1:
            raise Unfit
        return [_text(r.value) for r in refs[:1]]
    same = [r for r in whole if r.value.strip().lower() == operand.text.lower()] or whole
    values = list(dict.fromkeys(r.value for r in same)) or [operand.text]
    if not same and not operand.quoted and len(column.info.values) == (column.info.distinct or -1):
        values = [v for v in column.info.values if stem(v.lower()) == stem(operand.text.lower())]
        if len(values) != 1:
            raise Unfit
    return [_text(value) for value in values]


def _number(column: Column, number: Number, form: str) -> Literal:
    if number.date:
        if column.role is not ColumnRole.DATE and column.kind is not ColumnKind.DATE:
            raise Unfit
        return _text(number.text)
    if column.role is ColumnRole.IDENTIFIER and not _within(column, number.number):
        raise Unfit
    if column.kind is ColumnKind.NUMBER or form:
        return number_literal(number)
    if column.kind is ColumnKind.TEXT:
        known = column.info.values if len(column.info.values) == column.info.distinct else ()
        if column.role is ColumnRole.LABEL and known and number.text not in known:
            raise Unfit
        return _text(number.text)
    raise Unfit


def number_literal(number: Number) -> Literal:
    return Literal(f"{number.number:.15g}", number.text)


def _within(column: Column, number: float) -> bool:
    """Whether a key may have this number, by what is known of it."""
    known = numbers_of(column.info)
    return known is None or column.kind is not ColumnKind.NUMBER or known[0] <= number <= known[1]


def _text(text: str) -> Literal:
    return Literal("'" + text.replace("'", "''") + "'", text)
