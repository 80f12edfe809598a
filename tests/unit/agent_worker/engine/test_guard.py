"""The guard: one statement that only reads, whatever it is dressed as."""

import random
import re
from collections.abc import Iterator
from contextlib import suppress

import duckdb
import pytest

from agent_worker.engine.guard import MAX_SQL_CHARS, StatementRefused, check, looks_like_sql


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
        "SELECT a, s, count(*) FROM t GROUP BY GROUPING SETS ((a), (s), ()) HAVING count(*) > 0 ORDER BY ALL",
        "SELECT *, lag(a) OVER w FROM t WINDOW w AS (ORDER BY a) QUALIFY row_number() OVER w < 3",
        "SELECT DISTINCT ON (s) * EXCLUDE (a) REPLACE (upper(s) AS s) FROM t ORDER BY s, a DESC",
        "FROM t, LATERAL (SELECT t.a + 1 AS z) q ASOF JOIN t u ON q.z >= u.a",
        "SELECT COLUMNS('a|s') FROM t TABLESAMPLE 50% SEMI JOIN (SELECT 1 AS a) USING (a)",
        "SELECT [x * 2 FOR x IN [1, 2] IF x > 1], $$dollar;quoted$$, E'a\\nb', t FROM t",
        "SELECT string_agg(s, ',' ORDER BY a) FILTER (WHERE a > 0), quantile_cont(a, 0.5) FROM t",
        "SELECT (SELECT max(a) FROM t), EXISTS (FROM t), 1 = ANY (SELECT a FROM t)",
        "WITH a AS MATERIALIZED (SELECT 1), b AS (SELECT 2) (FROM a) EXCEPT (FROM b)",
        "SELECT * FROM information_schema.tables",
        "SELECT alias: a FROM t",
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
        ("FROM query_table('/x.csv')", "query_table()"),
        ("FROM '/x.csv'", "'/x.csv' names a file"),
        ("from 'x.parquet'", "names a file"),
        ("FROM 'x.csv.gz' y", "names a file"),
        ("SELECT * FROM 'https://example.org/b'", "names a file"),
        ('SELECT * FROM "a/b"', "names a file"),
        ("SELECT (FROM 'x*')", "names a file"),
        ("DESCRIBE '/x.csv'", "names a file"),
        ("SUMMARIZE 's3://bucket/x'", "names a file"),
        ("PIVOT '/x.csv' ON a IN (1)", "names a file"),
        ("EXPLAIN FROM '/x.csv'", "names a file"),
        ("WITH a AS (FROM '/x.csv') FROM a", "names a file"),
        ("WITH \"/x.csv\" AS (SELECT 1) FROM '/x.csv'", "names a file"),
        ("FROM t JOIN '/x.csv' USING (a)", "names a file"),
        ('FROM "/etc/x".csv', "'/etc/x.csv' names a schema or a file"),
        ('SELECT (FROM "https://example.org/b"."x".parquet)', "names a schema or a file"),
        ("FROM memory.csv", "'memory.csv' names a schema or a file"),
        ('SHOW TABLES FROM "/etc/x".csv', "'/etc/x.csv' names a schema or a file"),
        ("FROM histogram('/etc/x.csv', a)", "histogram()"),
        ('FROM histogram_values("/etc/x.csv", a)', "histogram_values()"),
        (f"SELECT 1 -- {'x' * MAX_SQL_CHARS}", "the limit is 100,000"),
        ("SELECT * FROM " + "(SELECT * FROM " * 900 + "t" + ")" * 900, "nested too deeply"),
    ],
)
def test_everything_else_is_refused_with_a_reason(connection: duckdb.DuckDBPyConnection, sql: str, why: str) -> None:
    with pytest.raises(StatementRefused) as refusal:
        check(connection, sql)
    assert why in str(refusal.value)
    assert "Allowed is one statement that only reads" in str(refusal.value)
    assert refusal.value.sql in sql


@pytest.mark.parametrize("depth", [1, 290])
def test_how_deep_a_statement_may_be_does_not_depend_on_the_interpreter(
    connection: duckdb.DuckDBPyConnection, depth: int
) -> None:
    sql = "SELECT * FROM " + "(SELECT * FROM " * depth + "t" + ")" * depth
    assert check(connection, sql) == sql


def test_a_table_may_be_called_as_files_are(connection: duckdb.DuckDBPyConnection) -> None:
    sql = 'SELECT * FROM "Sales.2024.csv"'
    assert check(connection, sql, {"sales.2024.csv"}) == sql


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
        ("select count(*) frm t", True),
        ("select n frm t", True),
        ("select n from t wher n = 1", True),
        ("selct * from t", True),
        ("selct name from t", True),
        ("selects name from t", True),
        ("selectcount(*) from t", True),
        ("form t select count(*)", True),
        ("wiht x as (select 1) select * from x", True),
        ("```sql\nselect name from t\n```", True),
        ("\ufeffselect name from t", True),
        ("selected cities from Berlin", False),
        ("selection of cities from Berlin", False),
        ("forms by region", False),
        ("slect count(*) from t", True),
        ("with x as select 1 from x", True),
        ("with x (a) as (select 1) selct a from x", True),
        ("from t slect count(*)", True),
        ("from t selct name", True),
        ("from t selct a", True),
        ("FROM t WHERE", True),
        ("select 1 +", True),
        ("select 'x", True),
        ("update t set n = 1 wher", True),
        ("select", False),
        ("", False),
        ("How many flights per airline?", False),
        ("show flights", False),
        ("show me the tables", False),
        ("with whom did we fly?", False),
        ("from JFK, how many flights?", False),
        ("select the best airlines", False),
        ("from these airlines, which would you select?", False),
        ("delete everything", False),
        ("drop flights", False),
        ("use the force", False),
        ("select me the flights of JFK", False),
        ("elect the best airline", False),
        ("describe the flights (of June)", False),
        ("summarize flights by month", False),
    ],
)
def test_sql_is_told_from_questions(connection: duckdb.DuckDBPyConnection, question: str, sql: bool) -> None:
    assert looks_like_sql(connection, question) is sql


_WORDS = (
    "SELECT FROM WITH x AS ( ) , ; -- /* */ COPY TO 'x.csv' INSERT INTO VALUES DELETE UPDATE SET t 1 * = RETURNING "
    "EXPLAIN ANALYZE UNION ALL WHERE IN EXISTS PIVOT ON USING DESCRIBE SUMMARIZE read_text ' \" \\ \0 $1 ? é"
)


def test_no_mixture_of_words_writes_or_breaks_the_guard(connection: duckdb.DuckDBPyConnection) -> None:
    choose = random.Random(7)
    for _ in range(2000):
        text = " ".join(choose.choices(_WORDS.split(" "), k=choose.randint(1, 12)))
        looks_like_sql(connection, text)
        try:
            passed = check(connection, text)
        except (StatementRefused, duckdb.Error):
            continue
        assert not re.search(r"\b(COPY|INSERT|DELETE|UPDATE)\b\s+(INTO|FROM|t\b|\()", passed), text


def test_no_cut_of_a_hostile_statement_gets_through(connection: duckdb.DuckDBPyConnection) -> None:
    """Every text that lacks some characters in the middle or at the ends: still no way to write."""
    hostile = "WITH x AS (COPY (SELECT 1) TO 'x.csv') SELECT * FROM x"
    for start in range(len(hostile)):
        for end in range(start, len(hostile)):
            with suppress(StatementRefused, duckdb.Error):
                assert "COPY" not in check(connection, hostile[:start] + hostile[end:])
