"""What the values of a JSON file are where the engine's own guess would change them: texts stay texts unless all of
them are days or times as CSV's are, and numbers that DOUBLE does not hold are kept whole."""

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import msgspec

from agent_worker.catalog.files.text.kinds import KINDS, LEAST_DOUBLE, TextKind, on
from agent_worker.catalog.files.text.reading import NotATable
from agent_worker.catalog.types.engine_types import MAX_DIGITS, Type
from agent_worker.engine.settings import quote_name, quote_text, read_with

_GUESSED = ("DATE", "TIME", "UUID")
_MOMENTS = tuple(kind for kind in KINDS if kind.type.startswith(("DATE", "TIME")) and "strptime" not in kind.value)
_STRINGS = r'"([^"\\]|\\.)*"'
_DIGITS = r"regexp_replace(regexp_replace({x}, '[eE].*', ''), '[^0-9]|^-?0*\.?0*|\.?0*$', '', 'g')"
_PLACES = "length(split_part({x}, '.', 2))"
_LARGE = r"-?\d{17,}"
_TINY = r"-?[0-9.]*[1-9][0-9.]*[eE]-[0-9]{3,}"


class JsonFile(msgspec.Struct, frozen=True):
    """A file and the options that every look at it has."""

    file: str
    options: str

    def columns(self, types: Mapping[str, str]) -> str:
        """The file's rows with columns of these types, as SQL behind FROM."""
        return read_with("read_json", [self.file], {}, self.given(types))

    def given(self, types: Mapping[str, str]) -> str:
        """All options for columns of these types."""
        listed = ", ".join(f"{quote_text(name)}: {quote_text(kind)}" for name, kind in types.items())
        return f"{self.options}, columns = {{{listed}}}"

    def objects(self) -> str:
        """The file's rows as they are written, in the one column `json`, as SQL behind FROM."""
        return read_with("read_json_objects", [self.file], {}, self.options)


def without_guesses(kind: Type) -> Type:
    """The type with texts where the engine sees days, times or ids in them: it takes 12-10-3 for a day."""
    if kind.name.startswith(_GUESSED):
        return Type("VARCHAR")
    return msgspec.structs.replace(kind, of=tuple((name, without_guesses(inner)) for name, inner in kind.of))


def refuse_lost_keys(connection: duckdb.DuckDBPyConnection, file: JsonFile, names: Sequence[str]) -> None:
    """Raises NotATable for keys that differ in nothing but the case of their letters: of those the engine fills one.
    It has then given the other a number, which is what is looked for first."""
    small = {name.lower() for name in names}
    if not any(name.lower().rstrip("0123456789").removesuffix("_") in small - {name.lower()} for name in names):
        return
    sql = f"SELECT DISTINCT unnest(json_keys(json)) AS key FROM {file.objects()} ORDER BY key"
    keys: dict[str, str] = {}
    for (key,) in connection.execute(sql).fetchall():
        if (other := keys.setdefault(key.lower(), key)) != key:
            raise NotATable(f"its keys {other} and {key} differ only in the case of their letters; give them one name")


def refuse_no_objects(connection: duckdb.DuckDBPyConnection, file: JsonFile) -> None:
    """Raises NotATable where rows are something else, or have no keys at all."""
    sql = f"""SELECT count(*) FILTER (WHERE json_type(json) NOT IN ('OBJECT', 'NULL')),
                     max(CASE WHEN json_type(json) = 'OBJECT' THEN len(json_keys(json)) END) FROM {file.objects()}"""
    ((others, keys),) = connection.execute(sql).fetchall()
    if others or not keys:
        raise NotATable("it holds no objects, which would be rows with names for their values")


def refuse_null_rows(connection: duckdb.DuckDBPyConnection, file: JsonFile) -> None:
    """Raises NotATable where a row is no object but null."""
    sql = f"SELECT count(*) FROM {file.objects()} WHERE json_type(json) = 'NULL'"
    ((rows,),) = connection.execute(sql).fetchall()
    if rows:
        raise NotATable(f"{rows} of its rows are null and no objects; leave them out, or write {{}}")


def scalars(connection: duckdb.DuckDBPyConnection, file: JsonFile, names: Sequence[str]) -> list[str]:
    """The columns of these that hold texts and numbers and nothing within each other."""
    asked = [f"bool_and(json_type({quote_name(name)}) NOT IN ('OBJECT', 'ARRAY'))" for name in names]
    answers = _ask(connection, asked, file.columns(dict.fromkeys(names, "JSON")))
    return [name for name, holds in zip(names, answers, strict=True) if holds]


def moments(connection: duckdb.DuckDBPyConnection, file: JsonFile, names: Sequence[str]) -> dict[str, TextKind]:
    """The columns of texts all of which are days or times, with their kind."""
    source = file.columns(dict.fromkeys(names, "VARCHAR"))
    left = {name: list(_MOMENTS) for name in names}
    for rows in (f"(FROM {source} LIMIT 1000)", source):
        tests = [(name, kind) for name, kinds in left.items() for kind in kinds]
        answers = _ask(connection, [f"bool_and({passes(kind, name)})" for name, kind in tests], rows)
        left = {name: [] for name in names}
        for (name, kind), holds in zip(tests, answers, strict=True):
            if holds or (holds is None and rows is not source):
                left[name].append(kind)
    return {name: kinds[0] for name, kinds in left.items() if kinds}


def passes(kind: TextKind, name: str) -> str:
    """NULL for no text, else true or false."""
    x = quote_name(name)
    return f"CASE WHEN {x} IS NOT NULL THEN coalesce({on(kind.test, x)}, false) END"


def exact_numbers(connection: duckdb.DuckDBPyConnection, file: JsonFile, types: Mapping[str, Type]) -> dict[str, str]:
    """Types for those columns of DOUBLE, or with DOUBLE within, that it does not hold: the engine takes it for whole
    numbers beyond its own, and where whole numbers meet others. Raises NotATable for a number with decimals that no
    DOUBLE is: the engine does not keep its digits."""
    asked = {name: kind for name, kind in types.items() if "DOUBLE" in str(kind)}
    if asked or any("JSON" in str(kind) for kind in types.values()):
        _refuse_long_decimals(connection, file)
        _refuse_tiny_numbers(connection, file)
    plain = [name for name, kind in asked.items() if kind.name == "DOUBLE"]
    nested = [name for name in asked if name not in plain]
    return _whole_numbers(connection, file, plain) | _within(connection, file, nested)


def _numbers(text: str, pattern: str) -> str:
    return f"regexp_extract_all(regexp_replace({text}, '{_STRINGS}', '', 'g'), '{pattern}')"


def _refuse_long_decimals(connection: duckdb.DuckDBPyConnection, file: JsonFile) -> None:
    digits = on(_DIGITS, "n")
    again = f"printf('%.' || greatest(length({digits}) - 1, 0) || 'e', TRY_CAST(n AS DOUBLE))"
    kept = f"{digits} = {on(_DIGITS, again)}"
    numbers = _numbers("json", r"-?\d[\d.]{15,}(?:[eE][-+]?\d+)?")
    sql = (
        f"SELECT n FROM (SELECT unnest({numbers}) AS n FROM {file.objects()}"
        f" WHERE regexp_matches(json, '[0-9.]{{16}}')) WHERE contains(n, '.') AND NOT coalesce({kept}, false) LIMIT 1"
    )
    for (number,) in connection.execute(sql).fetchall():
        raise NotATable(f"its number {number} has more digits than are kept of it; write such numbers as texts")


def _refuse_tiny_numbers(connection: duckdb.DuckDBPyConnection, file: JsonFile) -> None:
    numbers = _numbers("json", _TINY)
    sql = (
        f"SELECT n FROM (SELECT unnest({numbers}) AS n FROM {file.objects()}"
        f" WHERE regexp_matches(json, '[eE]-[0-9]{{3}}')) WHERE abs(TRY_CAST(n AS DOUBLE)) < {LEAST_DOUBLE} LIMIT 1"
    )
    for (number,) in connection.execute(sql).fetchall():
        raise NotATable(f"its number {number} is nearer to 0 than numbers that are kept; write such numbers as texts")


def _whole_numbers(connection: duckdb.DuckDBPyConnection, file: JsonFile, names: Sequence[str]) -> dict[str, str]:
    asked = []
    for x in map(quote_name, names):
        inexact = (
            f"regexp_full_match({x}, '-?[0-9]{{16}}') AND TRY_CAST(TRY_CAST({x} AS DOUBLE) AS HUGEINT)::VARCHAR <> {x}"
        )
        asked += [
            f"bool_or(regexp_full_match({x}, '{_LARGE}') OR isinf(TRY_CAST({x} AS DOUBLE)) OR ({inexact}))",
            f"bool_and(TRY_CAST({x} AS HUGEINT)::VARCHAR = {x})",
            f"CASE WHEN bool_and(regexp_full_match({x}, '-?[0-9]+(\\.[0-9]+)?')) THEN"
            f" max(length(ltrim(split_part({x}, '.', 1), '-'))) END",
            f"max({on(_PLACES, x)})",
        ]
    answers = _ask(connection, asked, file.columns(dict.fromkeys(names, "VARCHAR")))
    found = {}
    for at, name in enumerate(names):
        large, whole, before, after = answers[at * 4 : at * 4 + 4]
        if large:
            fits = before is not None and before + after <= MAX_DIGITS
            found[name] = "HUGEINT" if whole else f"DECIMAL({before + after},{after})" if fits else "VARCHAR"
    return found


def _within(connection: duckdb.DuckDBPyConnection, file: JsonFile, names: Sequence[str]) -> dict[str, str]:
    kept = "coalesce(TRY_CAST(TRY_CAST(n AS DOUBLE) AS HUGEINT)::VARCHAR = n, false)"
    asked = [
        f"bool_or(len(list_filter({_numbers(f'{quote_name(name)}::VARCHAR', '[-+.eE0-9]+')},"
        f" lambda n: (regexp_full_match(n, '-?[0-9]{{16,}}') AND NOT {kept}) OR isinf(TRY_CAST(n AS DOUBLE)))) > 0)"
        for name in names
    ]
    answers = _ask(connection, asked, file.columns(dict.fromkeys(names, "JSON")))
    return {name: "JSON" for name, inexact in zip(names, answers, strict=True) if inexact}


def _ask(connection: duckdb.DuckDBPyConnection, asked: Sequence[str], source: str) -> Sequence[Any]:
    """One row of aggregates."""
    return connection.execute(f"SELECT {', '.join(asked)} FROM {source}").fetchall()[0] if asked else ()
