"""Columns of a table's parts become columns of the table; what its log declares goes before what its files say."""

from agent_worker.catalog.files.footers import Shape, Statistics
from agent_worker.catalog.parts.declared import as_declared, unlike_declared, with_zones
from agent_worker.catalog.parts.merged_columns import FileGroup, unite
from agent_worker.catalog.types.engine_types import NULL, Type, type_named

EMPTY = Statistics((None, None), (None, None), 3, 3)


def part(*columns: tuple[str, str], statistics: dict[int, Statistics] | None = None, year: str = "") -> FileGroup:
    shape = Shape(tuple((name, type_named(kind)) for name, kind in columns), (None,) * len(columns))
    keys = (("Year", type_named("BIGINT")),) if year else ()
    return FileGroup((), 3, shape, keys, statistics or {}, values=((("Year", year),),) if year else ())


def numbers(low: str, high: str) -> Statistics:
    return Statistics((low, high), (low, high), 0, 3)


def merged(*parts: FileGroup) -> dict[str, str]:
    return {column.name: str(column.type) for column in unite(parts)[0]}


def test_names_are_one_whatever_their_case_and_keep_the_first_writing() -> None:
    assert merged(part(("Id", "INTEGER"), ("a", "DATE")), part(("ID", "BIGINT"), ("b", "DATE"))) == {
        "Id": "BIGINT",
        "a": "DATE",
        "b": "DATE",
    }


def test_a_part_that_holds_nothing_in_a_column_says_nothing_of_its_type() -> None:
    assert merged(part(("a", "INTEGER")), part(("a", "VARCHAR"), statistics={0: EMPTY})) == {"a": "INTEGER"}
    assert merged(part(("a", NULL)), part(("a", "DATE"))) == {"a": "DATE"}


def test_where_no_type_holds_all_there_is_a_column_for_each_and_the_difference_is_told() -> None:
    columns, (difference,) = unite([part(("a", "BOOLEAN"), ("a_date", "INTEGER")), part(("a", "DATE"))])
    assert {column.name: str(column.type) for column in columns} == {
        "a_boolean": "BOOLEAN",
        "a_date_2": "DATE",
        "a_date": "INTEGER",
    }
    assert (difference.name, difference.types) == ("a", (("BOOLEAN", (0,)), ("DATE", (1,))))


def test_values_that_are_known_to_be_small_meet_where_their_types_would_not() -> None:
    wide, small = part(("a", "BIGINT")), part(("a", "BIGINT"), statistics={0: numbers("1", "9")})
    assert merged(small, part(("a", "DOUBLE"))) == {"a": "DOUBLE"}
    assert merged(wide, part(("a", "DOUBLE"))) == {"a_bigint": "BIGINT", "a_double": "DOUBLE"}


def test_a_hive_key_stands_for_the_files_column_of_its_name() -> None:
    columns, differences = unite([part(("year", "VARCHAR"), ("a", "DATE"), year="2024")])
    assert [(column.name, str(column.type)) for column in columns] == [("a", "DATE"), ("Year", "BIGINT")]
    assert differences == []


def test_a_table_with_a_log_has_the_logs_columns_in_the_logs_order() -> None:
    found, differences = unite([part(("a", "INTEGER"), ("B", "DATE"), ("gone", "DATE"))])
    declared = [("b", Type("DATE")), ("a", type_named("BIGINT")), ("new", Type("VARCHAR"))]
    columns = as_declared(found, declared)
    assert [(column.name, str(column.type)) for column in columns] == [
        ("b", "DATE"),
        ("a", "BIGINT"),
        ("new", "VARCHAR"),
    ]
    assert columns[-1].found == ()
    assert unlike_declared(differences, declared) == ""


def test_files_that_are_not_what_the_log_says_are_told() -> None:
    _, differences = unite([part(("a", "BOOLEAN")), part(("a", "DATE"))])
    said = unlike_declared(differences, [("A", Type("DATE"))])
    assert said == "its log says that column a is DATE, and its files have BOOLEAN and DATE"


def test_a_moment_of_the_log_is_in_utc_where_the_file_does_not_say_so() -> None:
    shape = part(("at", "TIMESTAMP"), ("day", "DATE")).shape
    zoned = with_zones(shape, [("AT", Type("TIMESTAMP WITH TIME ZONE"))])
    assert [str(kind) for _, kind in zoned.columns] == ["TIMESTAMP WITH TIME ZONE", "DATE"]
    assert zoned.in_utc == {"at"}
