"""As what the texts of a column can be read: each kind says which texts it holds without loss. Pure.

`{x}` is a text without blanks around it, or NULL. Numbers with leading zeros are codes and no kind's but text's.
"""

import re

import msgspec

from agent_worker.catalog.types.engine_types import DIGITS_IN_DOUBLE, MAX_DIGITS

_PLAIN = r"-?((0|[1-9]\d*)(\.\d*)?|\.\d+)"
_REAL = _PLAIN + r"([eE][+-]?\d+)?"
_ISO_DATE, _ISO_TIME = r"\d{4}-\d\d-\d\d", r"\d\d:\d\d(:\d\d(\.\d{1,6})?)?"
_FINE_TIME = r"\d\d:\d\d(:\d\d(\.\d{1,9})?)?"
_ZONE = r"\s?(Z|[+-]\d\d(:?\d\d)?)"
_GROUPED = r"[1-9]\d{0,2}(\.\d{3})+"
_COMMA = rf"-?((0|[1-9]\d*|{_GROUPED})(,\d+)?)"


class Kind(msgspec.Struct, frozen=True):
    """`test` holds for each text of the kind; `value` makes it one, and gives an error for any other text. Where there
    is an `evidence`, it has to hold for one text at least, or the kind is a guess; `ambiguous` says what the guess
    would be between. `decimal` kinds get their type's digits from the texts."""

    type: str
    test: str
    value: str
    evidence: str = ""
    ambiguous: str = ""
    decimal: bool = False
    max_digits: int = 0

    def typed(self, whole: int, fraction: int) -> str | None:
        """The type for texts with so many digits before and after the decimal point; None where there is none."""
        if not self.decimal:
            return self.type
        digits = max(1, whole + fraction)
        return f"DECIMAL({digits},{fraction})" if digits <= self.max_digits else None


def _matches(pattern: str) -> str:
    return f"regexp_full_match({{x}}, '{pattern}')"


def _exact(kind: str) -> Kind:
    """Written again it is the same text."""
    return Kind(kind, f"TRY_CAST({{x}} AS {kind})::VARCHAR = {{x}}", f"CAST({{x}} AS {kind})")


def _moment(kind: str, pattern: str) -> Kind:
    return Kind(kind, f"{_matches(pattern)} AND TRY_CAST({{x}} AS {kind}) IS NOT NULL", f"CAST({{x}} AS {kind})")


def _written(pattern: str, form: str, evidence: str = "", ambiguous: str = "") -> Kind:
    test = f"{_matches(pattern)} AND try_strptime({{x}}, '{form}') IS NOT NULL"
    return Kind("DATE", test, f"strptime({{x}}, '{form}')::DATE", evidence, ambiguous)


def _day_or_month_first(mark: str) -> tuple[Kind, Kind]:
    shape, between = rf"\d{{1,2}}{mark}\d{{1,2}}{mark}\d{{4}}", "days before months and months before days"
    first, second = (f"TRY_CAST(split_part({{x}}, '{mark}', {part}) AS INTEGER) > 12" for part in (1, 2))
    return (
        _written(shape, f"%d{mark}%m{mark}%Y", first, between),
        _written(shape, f"%m{mark}%d{mark}%Y", second, between),
    )


def _comma(evidence: str) -> Kind:
    ambiguous = "a comma before decimals and one between thousands" if evidence else ""
    value = "CAST(replace(replace({x}, '.', ''), ',', '.') AS {type})"
    return Kind("COMMA", _matches(_COMMA), value, evidence, ambiguous, decimal=True, max_digits=MAX_DIGITS)


_PLAIN_DECIMAL = "CAST({x} AS {type})"
_DIGITS = "length(regexp_replace(regexp_replace({x}, '[eE].*', ''), '[^0-9]|^-?0*\\.?0*', '', 'g'))"
_WORDS = "lower({x}) IN ('nan', 'inf', '-inf', 'infinity', '-infinity')"
_LEAST_EXACT = "2.3e-308"


def _float(kind: str, digits: int, pattern: str) -> str:
    """Texts that survive as such a number: of so many digits, or written again they are the same text."""
    x = f"TRY_CAST({{x}} AS {kind})"
    exact = f"({_DIGITS} <= {digits} OR {x}::VARCHAR = {{x}}) AND (abs({x}) >= {_LEAST_EXACT} OR {_DIGITS} = 0)"
    return f"({_matches(pattern)} AND isfinite({x}) AND {exact}) OR {_WORDS}"


def _double(pattern: str, evidence: str) -> Kind:
    return Kind("DOUBLE", _float("DOUBLE", DIGITS_IN_DOUBLE, pattern), "CAST({x} AS DOUBLE)", evidence)


DECIMAL = Kind("DECIMAL", _matches(_PLAIN), _PLAIN_DECIMAL, decimal=True, max_digits=DIGITS_IN_DOUBLE)
GROUPED_BY_POINTS = "(" + _matches(r"-?(0|[1-9]\d{0,2}(\.\d{3})*)") + f" OR {_WORDS})"
"""Where commas may stand before decimals, points may stand between thousands."""
COMMA = _comma(f"regexp_matches({{x}}, ',(\\d{{1,2}}|\\d{{4,}})$') OR {_matches('-?0,.*')}")
COMMA_AS_DECLARED = _comma("")
TEXT = Kind("VARCHAR", "true", "{x}")

KINDS = (
    Kind("BOOLEAN", "lower({x}) IN ('true', 'false')", "CAST({x} AS BOOLEAN)"),
    _exact("BIGINT"),
    _exact("HUGEINT"),
    DECIMAL,
    _double(_PLAIN, _matches(_PLAIN)),
    _double(_REAL, f"{_matches(_REAL)} AND regexp_matches({{x}}, '[.+-]')"),  # 1E1 and 2E1 alone are codes
    Kind("DECIMAL", _matches(_PLAIN), _PLAIN_DECIMAL, decimal=True, max_digits=MAX_DIGITS),
    _moment("DATE", _ISO_DATE),
    _moment("TIMESTAMP", f"{_ISO_DATE}([ T]{_ISO_TIME})?"),
    _moment("TIMESTAMP_NS", f"{_ISO_DATE}([ T]{_FINE_TIME})?"),
    _moment("TIMESTAMP WITH TIME ZONE", f"{_ISO_DATE}[ T]{_ISO_TIME}{_ZONE}"),
    _moment("TIME", r"\d\d:\d\d:\d\d(\.\d{1,6})?"),
    _moment("UUID", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    _written(r"\d{1,2}\.\d{1,2}\.\d{4}", "%d.%m.%Y"),
    *_day_or_month_first("/"),
    *_day_or_month_first("-"),
    COMMA,
)
"""From narrow to wide: the first that holds all texts of a column is its kind."""

VALUES = tuple(kind for kind in KINDS if kind.type in ("BIGINT", "DOUBLE", "DATE", "TIMESTAMP"))
"""What texts most often are beside text."""
_TYPE_WITH_FORM = re.compile(r"(DATE|TIMESTAMP) (.*%.*)")
_TYPE = re.compile(r"[A-Z_ ]+(\(\d+(, ?\d+)?\))?")


def kinds_for(decimal: str | None) -> tuple[Kind, ...]:
    """Where the owner says which sign stands before decimals, nothing else is tried."""
    if decimal == ",":
        return *(kind for kind in KINDS if kind.type not in ("DECIMAL", "DOUBLE", "COMMA")), COMMA_AS_DECLARED
    return KINDS if decimal is None else tuple(kind for kind in KINDS if kind.type != "COMMA")


def declared(kind: str, decimal: str | None) -> Kind | None:
    """What the owner says a column is, as `DECIMAL(10,2)` or `DATE %d/%m/%Y`; None where that is no type."""
    if match := _TYPE_WITH_FORM.fullmatch(kind.strip()):
        form = match[2].replace("'", "''")
        return Kind(match[1], f"try_strptime({{x}}, '{form}') IS NOT NULL", f"strptime({{x}}, '{form}')::{match[1]}")
    name = kind.strip().upper()
    if name in ("VARCHAR", "TEXT", "STRING"):
        return TEXT
    if not _TYPE.fullmatch(name):
        return None
    number = name.startswith(("DECIMAL", "NUMERIC", "DOUBLE", "FLOAT", "REAL"))
    text = "replace(replace({x}, '.', ''), ',', '.')" if number and decimal == "," else "{x}"
    return Kind(name, f"TRY_CAST({text} AS {name}) IS NOT NULL", f"CAST({text} AS {name})")


def on(expression: str, x: str, kind: str = "") -> str:
    """The expression over a text `x`, for a type."""
    return expression.replace("{x}", x).replace("{type}", kind)


def tried(value: str) -> str:
    """The same expression with NULL in place of an error."""
    return value.replace("CAST(", "TRY_CAST(").replace("strptime(", "try_strptime(")
