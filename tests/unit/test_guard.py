"""The guard: one statement that only reads, whatever it is dressed as."""

from collections.abc import Iterator

import duckdb
import pytest

from agent_worker.guard import MAX_SQL_CHARS, Refused, check, looks_like_sql


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1, "async_threads": 1}) as connection:
        connection.execute("CREATE VIEW t AS SELECT range AS a, 'x' AS s FROM range(3)").fetchall()
        yield connection


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "select a from t where s = 'a;b -- c' order by a",
        "WITH x AS (SELECT 1) SELECT * FROM x",
        "WITH RECURSIVE r AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM r WHERE a < 3) FROM r",
        "FROM t",
        "VALUES (1), (2)",
        "TABLE t",
        "(SELECT 1) UNION ALL (SELECT 2) ORDER BY 1",
        "SUMMARIZE t",
        "DESCRIBE t",
        "SHOW TABLES",
        "PIVOT t ON s IN ('x') USING count(*)",
        "UNPIVOT t ON a",
        "SELECT * FROM range(3), unnest([1, 2])",
        "SELECT list_transform([1], lambda x: x + 1), {'a': 1}.a",
    ],
)
def test_reading_statements_pass_unchanged(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    assert check(connection, sql + " ;") == sql
    connection.sql(check(connection, sql)).fetchall()


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("", "no statement"),
        ("-- nothing", "no statement"),
        ("SELECT 1; SELECT 2", "2 statements"),
        ("SELECT 1; DROP VIEW t", "2 statements"),
        ("DROP VIEW t", "DROP"),
        ("COPY (SELECT 1) TO 'x.parquet'", "COPY"),
        ("WITH x AS (COPY (SELECT 1) TO 'x.parquet') SELECT 1", "COPY inside WITH"),
        ("WITH y AS (SELECT 1), x AS (INSERT INTO t VALUES (1) RETURNING *) SELECT 1", "INSERT inside WITH"),
        ("WITH x AS (DELETE FROM t RETURNING *) SELECT 1", "DELETE inside WITH"),
        ("WITH x AS (UPDATE t SET a = 1 RETURNING *) SELECT 1", "UPDATE inside WITH"),
        ("EXPLAIN ANALYZE COPY (SELECT 1) TO 'x.parquet'", "COPY"),
        ("EXPLAIN ANALYZE WITH x AS (COPY (SELECT 1) TO 'x') SELECT 1", "COPY inside WITH"),
        ("EXPLAIN/**/SELECT 1", "EXPLAIN has to stand"),
        ("PRAGMA database_size", "PRAGMA"),
        ("CALL duckdb_settings()", "CALL"),
        ("SET threads = 1", "SET"),
        ("PIVOT t ON s USING count(*)", "list its values"),
        ("SELECT $1", "parameters"),
        ("SELECT ?", "parameters"),
        ("SELECT * FROM read_csv('/etc/passwd')", "read_csv()"),
        ("SELECT (SELECT count(*) FROM READ_TEXT('/etc/passwd'))", "read_text()"),
        ("FROM (SELECT * FROM (FROM glob('/*')))", "glob()"),
        ("SELECT * FROM t WHERE a IN (FROM query('SELECT 1'))", "query()"),
        ("FROM json_execute_serialized_sql('{}')", "json_execute_serialized_sql()"),
        ("FROM arrow_scan(1, 2, 3)", "arrow_scan()"),
        (f"SELECT 1 -- {'x' * MAX_SQL_CHARS}", "the limit is 100,000"),
        ("SELECT * FROM " + "(SELECT * FROM " * 900 + "t" + ")" * 900, "nested too deeply"),
    ],
)
def test_everything_else_is_refused_with_a_reason(connection: duckdb.DuckDBPyConnection, sql: str, why: str) -> None:
    with pytest.raises(Refused) as refusal:
        check(connection, sql)
    assert why in str(refusal.value)
    assert "Allowed is one statement that only reads" in str(refusal.value)
    assert refusal.value.sql in sql


def test_comments_round_a_statement_do_no_harm(connection: duckdb.DuckDBPyConnection) -> None:
    text = check(connection, "/* a ; comment */ SELECT 1 -- another ; one")
    assert connection.sql(text).fetchall() == [(1,)]


def test_explain_is_put_back_round_a_statement_that_passed(connection: duckdb.DuckDBPyConnection) -> None:
    assert check(connection, "  explain  select 1;") == "EXPLAIN select 1"
    assert check(connection, "EXPLAIN ANALYZE SELECT 1") == "EXPLAIN ANALYZE SELECT 1"


def test_what_is_no_sql_is_the_parsers_error(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(duckdb.ParserException):
        check(connection, "SELECT FROM WHERE")


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("SELECT count(*) FROM t", True),
        ("select 1; drop view t", True),
        ("/* mine */ (select 1)", True),
        ("with x as (select 1) from x", True),
        ("from t", True),
        ("describe t", True),
        ("show tables", True),
        ("SELECT count(* FROM t", True),
        ("DROP TABLE t", True),
        ("copy t to 'x.csv'", True),
        ("attach 'x.db'", True),
        ("", False),
        ("How many flights per airline?", False),
        ("show flights", False),
        ("show me the tables", False),
        ("with whom did we fly?", False),
        ("from JFK, how many flights?", False),
        ("select the best airlines", False),
        ("delete everything", False),
        ("drop flights", False),
        ("use the force", False),
    ],
)
def test_sql_is_told_from_questions(connection: duckdb.DuckDBPyConnection, question: str, sql: bool) -> None:
    assert looks_like_sql(connection, question) is sql
