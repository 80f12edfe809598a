"""Two types meet in the narrowest that holds the values of both: the engine itself is the judge of what is held."""

import duckdb
import pytest

from agent_worker.catalog.types.engine_types import NULL, Type, in_order, in_words, meet, type_named, whole

VALUES = {
    "TINYINT": ("-128", "127"),
    "UTINYINT": ("0", "255"),
    "INTEGER": ("-2147483648", "2147483647"),
    "BIGINT": ("-9223372036854775808", "9223372036854775807"),
    "UBIGINT": ("18446744073709551615",),
    "HUGEINT": ("-170141183460469231731687303715884105728",),
    "FLOAT": ("0.1", "16777217", "3.4e38"),
    "DOUBLE": ("0.1", "9007199254740993", "1e308"),
    "DECIMAL(4,1)": ("-999.9", "0.1"),
    "DECIMAL(15,5)": ("9999999999.99999",),
    "DECIMAL(38,10)": ("9999999999999999999999999999.9999999999",),
    "VARCHAR": ("007", ""),
    "BOOLEAN": ("true",),
    "DATE": ("2024-02-29", "0001-01-01"),
    "TIMESTAMP": ("2024-02-29 23:59:59.999999",),
    "TIMESTAMP_S": ("2024-02-29 23:59:59",),
    "TIME": ("23:59:59.999999",),
    "UUID": ("00000000-0000-0000-0000-00000000002a",),
    "INTEGER[]": ("[1, 2]",),
    "DOUBLE[]": ("[0.1]",),
    "STRUCT(a INTEGER)": ("{'a': 1}",),
    "STRUCT(a BIGINT, b VARCHAR)": ("{'a': 5000000000, 'b': x}",),
    "STRUCT(c INTEGER)": ("{'c': 1}",),
    "MAP(VARCHAR, INTEGER)": ("{k=1}",),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_type_is_written_as_the_engine_writes_it(name: str) -> None:
    assert duckdb.sqltype(str(type_named(name))) == duckdb.sqltype(name)


@pytest.mark.parametrize("one", VALUES)
def test_no_value_is_lost_where_two_types_meet(one: str) -> None:
    for two in VALUES:
        met = meet(type_named(one), type_named(two))
        assert str(met) == str(meet(type_named(two), type_named(one)))
        if met is None or (one.startswith("STRUCT") and str(met) != one):
            continue  # a struct with more fields is no longer the same struct when it is made narrow again
        for value in VALUES[one]:
            kept = f"SELECT (v::{met})::{one} IS NOT DISTINCT FROM v FROM (SELECT ?::{one} AS v)"
            assert duckdb.execute(kept, [value]).fetchall() == [(True,)], f"{value} as {met}"


@pytest.mark.parametrize("name", VALUES)
def test_nothing_and_itself_leave_a_type_as_it_is(name: str) -> None:
    kind = type_named(name)
    assert meet(kind, kind) == meet(kind, Type(NULL)) == meet(Type(NULL), kind) == kind


@pytest.mark.parametrize(
    ("one", "two", "met"),
    [
        ("UINTEGER", "INTEGER", "BIGINT"),
        ("UBIGINT", "BIGINT", "HUGEINT"),
        ("UHUGEINT", "TINYINT", "None"),
        ("INTEGER", "FLOAT", "DOUBLE"),
        ("BIGINT", "DOUBLE", "None"),
        ("DECIMAL(16,2)", "DOUBLE", "None"),
        ("DECIMAL(38,0)", "DECIMAL(38,10)", "None"),
        ("BOOLEAN", "INTEGER", "None"),
        ("DATE", "TIMESTAMP WITH TIME ZONE", "None"),
        ("INTEGER[3]", "INTEGER[2]", "INTEGER[]"),
    ],
)
def test_a_type_that_would_lose_values_is_not_taken(one: str, two: str, met: str) -> None:
    assert str(meet(type_named(one), type_named(two))) == met


def test_nanoseconds_hold_only_days_that_are_known_to_be_within_them() -> None:
    nanoseconds = Type("TIMESTAMP_NS")
    assert meet(nanoseconds, Type("DATE", days=("1999-01-01", "2024-01-01"))) == nanoseconds
    assert meet(nanoseconds, Type("DATE", days=("1500-01-01", "2024-01-01"))) is None
    assert meet(nanoseconds, Type("DATE")) is None


def test_numbers_of_different_units_do_not_meet() -> None:
    seconds, millis = whole(0, 100, "s"), whole(0, 100, "ms")
    assert meet(seconds, millis) is None
    assert in_words(millis) == "TINYINT of milliseconds"


def test_what_takes_others_in_comes_first() -> None:
    kinds = [Type("DATE"), Type("FLOAT"), Type("VARCHAR"), Type("DOUBLE")]
    assert [kind.name for kind in in_order(kinds)] == ["VARCHAR", "DOUBLE", "FLOAT", "DATE"]


def test_a_type_that_is_nested_too_deep_is_refused() -> None:
    with pytest.raises(RecursionError, match="100 levels"):
        type_named("INTEGER" + "[]" * 102)
