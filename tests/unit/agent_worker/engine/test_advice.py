"""What is wrong with a statement is said with what was meant: words of SQL, and tables that there are."""

import duckdb
import pytest

from agent_worker.catalog.names import left_out
from agent_worker.engine.errors import EngineError, damaged, engine_error
from bus.contract.catalog import LeftOut

TABLES = ("flights", "left_")


def failure(sql: str) -> EngineError:
    with duckdb.connect() as connection:
        connection.execute("CREATE VIEW flights AS SELECT 1 AS delay").fetchall()
        try:
            connection.execute(sql).fetchall()
        except duckdb.Error as error:
            return engine_error(error, sql, (), TABLES)
    raise AssertionError(f"{sql} has run")


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("select count(*) frm flights", "Did you mean FROM in place of frm?"),
        ("select * from flights wher delay = 1", "Did you mean WHERE in place of wher?"),
        ("selct 1", "Did you mean SELECT in place of selct?"),
        ("select * from flights gruop by 1", "Did you mean GROUP in place of gruop?"),
        ("select * from left", "left is a word of SQL, so the table is called left_."),
    ],
)
def test_the_parsers_message_has_the_place_and_the_nearest_word(sql: str, says: str) -> None:
    error = failure(sql)
    assert error.message.startswith('Parser Error: syntax error at or near "')
    assert "LINE 1: " in error.message
    assert error.message.endswith(says)
    assert error.kind == "syntax"


def test_a_table_that_there_is_not_is_near_to_our_own_alone() -> None:
    assert 'Did you mean "flights"?' in failure("select * from flihgts").message
    for name in ("pg_databse", "databse", "nowhere", "which"):
        error = failure(f"select * from {name}")
        assert "Did you mean" not in error.message
        assert error.missing == name


@pytest.mark.parametrize(
    ("table", "known"),
    [("planes", True), ("Orders_of_2024", True), ("parts", True), ("other", False), ("left", False)],
)
def test_a_table_that_was_left_out_is_known_by_its_name(table: str, known: bool) -> None:
    those = (LeftOut("planes", "no magic bytes"), LeftOut("orders of 2024", "it is empty"), LeftOut("parts", "a pipe"))
    assert (left_out(table, those) is not None) is known


@pytest.mark.parametrize(
    ("words", "files", "said"),
    [
        ("TProtocolException: Invalid data", ["/a.parquet"], "/a.parquet is damaged, or is being written: TProtocol"),
        ("don't know what type: ", ["/a", "/b"], "One of the 2 files that are read (/a is the first) is damaged"),
        ("Failed to decompress GZIP block: data error", [], None),
        ('Failed to read file "/a": Snappy decompression failure', ["/a"], None),
        ("Conversion Error: Could not convert string", ["/a"], None),
    ],
)
def test_damage_that_the_engine_names_no_file_for_is_of_those_that_are_read(
    words: str, files: list[str], said: str | None
) -> None:
    assert (damaged(words, files) or "").startswith(said or "") is True
    assert (damaged(words, files) is None) is (said is None)
