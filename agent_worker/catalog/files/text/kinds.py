"""Kinds of values that texts can be read as: each says which texts it holds without loss. Pure. `{x}` is a text without
blanks around it, or NULL. Numbers with leading zeros are codes and no kind's but text's."""

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


class TextKind(msgspec.Struct, frozen=True):
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


def _cast(text: str, where: str, kind: str) -> str:
    """An error for texts that do not fit: the engine would round or cut them."""
    return f"CAST(CASE WHEN {where} THEN {text} ELSE {text} || '#' END AS {kind})"


def _exact(kind: str) -> TextKind:
    """Written again it is the same text."""
    return TextKind(kind, f"TRY_CAST({{x}} AS {kind})::VARCHAR = {{x}}", f"CAST({{x}} AS {kind})")


def _whole(kind: str) -> TextKind:
    """The engine would round 2.5 and 25e-1: with other signs in it a text is an error."""
    return msgspec.structs.replace(_exact(kind), value=f"CAST(translate({{x}}, '.eExXbB_', '########') AS {kind})")


def _moment(kind: str, pattern: str, where: str = "") -> TextKind:
    """`where` holds for all texts of the pattern and for no other that the engine would cut; it costs less."""
    test = f"{_matches(pattern)} AND TRY_CAST({{x}} AS {kind}) IS NOT NULL"
    return TextKind(kind, test, _cast("{x}", where or _matches(pattern), kind))


def _written(pattern: str, form: str, evidence: str = "", ambiguous: str = "") -> TextKind:
    test = f"{_matches(pattern)} AND try_strptime({{x}}, '{form}') IS NOT NULL"
    shaped = f"CASE WHEN {_matches(pattern)} THEN {{x}} ELSE {{x}} || '#' END"
    return TextKind("DATE", test, f"strptime({shaped}, '{form}')::DATE", evidence, ambiguous)


def _day_or_month_first(mark: str) -> tuple[TextKind, TextKind]:
    shape, between = rf"\d{{1,2}}{mark}\d{{1,2}}{mark}\d{{4}}", "days before months and months before days"
    first, second = (f"TRY_CAST(split_part({{x}}, '{mark}', {part}) AS INTEGER) > 12" for part in (1, 2))
    return (
        _written(shape, f"%d{mark}%m{mark}%Y", first, between),
        _written(shape, f"%m{mark}%d{mark}%Y", second, between),
    )


def _comma(evidence: str, ambiguous: str = "") -> TextKind:
    value = _cast("replace(replace({x}, '.', ''), ',', '.')", _decimals_fit(","), "{type}")
    return TextKind("COMMA", _matches(_COMMA), value, evidence, ambiguous, decimal=True, max_digits=MAX_DIGITS)


def _decimals_fit(mark: str) -> str:
    place = f"strpos({{x}}, '{mark}')"
    return f"({place} = 0 OR length({{x}}) - {place} <= {{scale}}) AND translate({{x}}, 'eE', '') = {{x}}"


_PLAIN_DECIMAL = _cast("{x}", _decimals_fit("."), "{type}")
_DIGITS = "length(regexp_replace(regexp_replace({x}, '[eE].*', ''), '[^0-9]|^-?0*\\.?0*', '', 'g'))"
_WORDS = "lower({x}) IN ('nan', 'inf', '-inf', 'infinity', '-infinity')"
DIGITS_IN_FLOAT = 6
LEAST_DOUBLE = "2.3e-308"
_LEAST = {DIGITS_IN_DOUBLE: LEAST_DOUBLE, DIGITS_IN_FLOAT: "1.2e-38"}
"""Smaller numbers have fewer digits."""


def _survives(kind: str, digits: int) -> str:
    """Texts of so many digits, or that are the same when they are written again."""
    x = f"TRY_CAST({{x}} AS {kind})"
    exact = f"({_DIGITS} <= {digits} OR {x}::VARCHAR = {{x}})"
    return f"isfinite({x}) AND {exact} AND (abs({x}) >= {_LEAST[digits]} OR {_DIGITS} = 0)"


def _double(pattern: str, evidence: str) -> TextKind:
    test = f"({_matches(pattern)} AND {_survives('DOUBLE', DIGITS_IN_DOUBLE)}) OR {_WORDS}"
    return TextKind("DOUBLE", test, "CAST({x} AS DOUBLE)", evidence)


DECIMAL = TextKind("DECIMAL", _matches(_PLAIN), _PLAIN_DECIMAL, decimal=True, max_digits=DIGITS_IN_DOUBLE)
GROUPED_BY_POINTS = "(" + _matches(r"-?(0|[1-9]\d{0,2}(\.\d{3})*)") + f" OR {_WORDS})"
"""The test for whole numbers grouped by points: where commas may stand before decimals, points may stand between
thousands."""
COMMA = _comma(
    f"regexp_matches({{x}}, ',(\\d{{1,2}}|\\d{{4,}})$') OR {_matches('-?0,.*')}",
    "a comma before decimals and one between thousands",
)
COMMA_IN_COMMAS = _comma(
    "regexp_matches({x}, '\\.\\d{3},')",
    "a comma before decimals, one between thousands and one between two values",
)
"""Numbers with a comma, where commas stand between the columns as well: two numbers in quotes may be a list."""
COMMA_AS_DECLARED = _comma("")
TEXT = TextKind("VARCHAR", "true", "{x}")
_PLAIN_MOMENT = "length({x}) <= 26 AND translate({x}[11:], '+-Zz', '') = {x}[11:]"
"""The test for a time without a zone and with microseconds at most."""

KINDS = (
    TextKind("BOOLEAN", "lower({x}) IN ('true', 'false')", _cast("{x}", "length({x}) > 3", "BOOLEAN")),
    _whole("BIGINT"),
    _whole("HUGEINT"),
    DECIMAL,
    _double(_PLAIN, _matches(_PLAIN)),
    _double(_REAL, f"{_matches(_REAL)} AND regexp_matches({{x}}, '[.+-]')"),  # 1E1 and 2E1 alone are codes
    TextKind("DECIMAL", _matches(_PLAIN), _PLAIN_DECIMAL, decimal=True, max_digits=MAX_DIGITS),
    _moment("DATE", _ISO_DATE, "length({x}) = 10"),
    _moment("TIMESTAMP", f"{_ISO_DATE}([ T]{_ISO_TIME})?", _PLAIN_MOMENT),
    _moment("TIMESTAMP_NS", f"{_ISO_DATE}([ T]{_FINE_TIME})?"),
    _moment("TIMESTAMP WITH TIME ZONE", f"{_ISO_DATE}[ T]{_ISO_TIME}{_ZONE}"),
    _moment("TIME", r"\d\d:\d\d:\d\d(\.\d{1,6})?"),
    _moment("UUID", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "length({x}) = 36"),
    _written(r"\d{1,2}\.\d{1,2}\.\d{4}", "%d.%m.%Y"),
    *_day_or_month_first("/"),
    *_day_or_month_first("-"),
    COMMA,
)
"""From narrow to wide: the first that holds all texts of a column is its kind."""

VALUES = tuple(kind for kind in KINDS if kind.type in ("BIGINT", "DOUBLE", "DATE", "TIMESTAMP"))
"""What texts most often are beside text."""
_SIGNED = ("TINYINT", "SMALLINT", "INTEGER", "INT", "BIGINT", "HUGEINT")
_WHOLE = (*_SIGNED, *(f"U{name}" for name in _SIGNED))
_FRACTIONS = ("DECIMAL", "NUMERIC")
_FLOATS = {"DOUBLE": DIGITS_IN_DOUBLE, "FLOAT": DIGITS_IN_FLOAT, "REAL": DIGITS_IN_FLOAT}
_DAY = r"\d{4}-\d\d?-\d\d?"
_ZONED = f"{_DAY}[ T]{_ISO_TIME}{_ZONE}"
_MOMENTS = {
    "DATE": _DAY,
    "TIMESTAMP": f"{_DAY}([ T]{_ISO_TIME})?",
    "DATETIME": f"{_DAY}([ T]{_ISO_TIME})?",
    "TIMESTAMP_NS": f"{_DAY}([ T]{_FINE_TIME})?",
    "TIMESTAMP WITH TIME ZONE": _ZONED,
    "TIMESTAMPTZ": _ZONED,
    "TIME": _ISO_TIME,
}
"""Texts that the types hold whole, by the names that an owner may give."""
_ORDER = re.compile(r"'%([dm])[/.-]%[dm][/.-]%Y'")
_TYPE_WITH_FORM = re.compile(r"(DATE|TIMESTAMP) (.*%.*)")
_TYPE = re.compile(r"[A-Z_ ]+(\(\d+(, ?\d+)?\))?")


def kinds_for(decimal: str | None, delimiter: str = "") -> tuple[TextKind, ...]:
    """The kinds to try, from narrow to wide. Where the owner says which sign stands before decimals, nothing else is
    tried."""
    if decimal == ",":
        return *(kind for kind in KINDS if kind.type not in ("DECIMAL", "DOUBLE", "COMMA")), COMMA_AS_DECLARED
    others = tuple(kind for kind in KINDS if kind.type != "COMMA")
    return others if decimal else (*others, COMMA_IN_COMMAS if delimiter == "," else COMMA)


def declared(kind: str, decimal: str | None) -> TextKind | None:
    """What the owner says a column is, as `DECIMAL(10,2)` or `DATE %d/%m/%Y`; None where that is no type. Texts that
    it would round or cut are not of it."""
    if match := _TYPE_WITH_FORM.fullmatch(kind.strip()):
        return _formed(match[1], match[2].replace("'", "''"))
    name = kind.strip().upper()
    if name in ("VARCHAR", "TEXT", "STRING"):
        return TEXT
    if not _TYPE.fullmatch(name):
        return None
    base = name.partition("(")[0].strip()
    if base in (*_WHOLE, *_FRACTIONS, *_FLOATS):
        return _declared_number(name, base, decimal)
    if base in _MOMENTS:
        return _moment(name, _MOMENTS[base])
    return _exact(name) if base not in ("BOOLEAN", "BOOL", "UUID") else _moment(name, ".*")


def _formed(kind: str, form: str) -> TextKind | None:
    if kind == "TIMESTAMP" and "%z" in form.lower():
        return None  # it would lose the zone
    read = f"try_strptime({{x}}, '{form}')"
    whole_day = f" AND {read}::TIMESTAMP = {read}::DATE::TIMESTAMP" if kind == "DATE" else ""
    return TextKind(kind, f"{read} IS NOT NULL{whole_day}", f"strptime({{x}}, '{form}')::{kind}")


def _declared_number(name: str, base: str, decimal: str | None) -> TextKind:
    """A number of a type that the owner has declared: all its digits are kept, zeros at its end aside; points stand
    between thousands where commas do before decimals."""
    comma = decimal == ","
    mark, whole = (",", rf"(\d+|{_GROUPED})") if comma else (r"\.", r"\d+")
    text = "replace(replace({x}, '.', ''), ',', '.')" if comma else "{x}"
    if base in _FLOATS:
        pattern = rf"[+-]?({whole}({mark}\d*)?|{mark}\d+)([eE][+-]?\d+)?"
        digits, value = _FLOATS[base], f"CAST({text} AS {name})"
        return TextKind(
            name, f"{_matches(pattern)} AND {_survives(name, digits).replace('{x}', text)} OR {_WORDS}", value
        )
    scale = _scale(name) if base in _FRACTIONS else 0
    pattern = _matches(rf"[+-]?({whole})?({mark}\d{{0,{scale}}}0*)?")
    return TextKind(name, f"{pattern} AND TRY_CAST({text} AS {name}) IS NOT NULL", _cast(text, pattern, name))


def _scale(name: str) -> int:
    """The digits behind the point: 2 of `DECIMAL(10,2)`, none of `DECIMAL(10)`, and the engine's 3 of `DECIMAL`
    alone."""
    digits = [int(number) for number in re.findall(r"\d+", name)]
    return digits[1] if len(digits) > 1 else 0 if digits else 3


def on(expression: str, x: str, kind: str = "") -> str:
    """The expression over a text `x`, for a type."""
    scale = str(_scale(kind)) if "{scale}" in expression else ""
    return expression.replace("{x}", x).replace("{type}", kind).replace("{scale}", scale)


def days_first(value: str) -> bool | None:
    """Does the expression read dates with days before months? None where it reads none in which that is a question."""
    found = _ORDER.search(value)
    return found and found[1] == "d"


def tried(value: str) -> str:
    """The expression `value` with NULL in place of an error."""
    return value.replace("CAST(", "TRY_CAST(").replace("strptime(", "try_strptime(")
