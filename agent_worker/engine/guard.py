"""What may run: exactly one statement that only reads, by the engine's own parser.

A statement's type alone does not tell: since DuckDB 2.0 `WITH x AS (COPY ... TO 'file') SELECT 1` has the type
SELECT and writes, and `EXPLAIN ANALYZE COPY ...` has the type EXPLAIN and writes too. So the parsed tree is read
as well: every query node in it has to be a reading one, and every function after FROM has to be on a short list.
"""

import json
import re
from collections.abc import Container, Iterator
from typing import Any, NamedTuple, NoReturn

import duckdb
from rapidfuzz.distance import OSA

MAX_SQL_CHARS = 100_000
"""Longer texts are refused: parsing one of a megabyte takes seconds in which nothing can interrupt it."""

MAX_DEPTH = 900
"""Levels of the parsed tree, the same whatever Python this is; a nested query or a call has two or three."""

_TOO_DEEP = f"The statement is nested too deeply; the limit is {MAX_DEPTH} levels of its parsed form"

READING_NODES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})

_HARMLESS_TABLES = """
duckdb_columns duckdb_functions duckdb_keywords duckdb_tables duckdb_types duckdb_views generate_series
icu_calendar_names json_each json_tree pg_timezone_names pragma_table_info pragma_version range repeat repeat_row
summary unnest
"""
TABLE_FUNCTIONS = frozenset(_HARMLESS_TABLES.split())
"""What may stand after FROM with brackets. None of these opens a file by name, runs a text as SQL, or changes a
setting; `read_parquet` is left out because the tables are there without it, `query_table` because it takes files; and
so do `histogram` and `histogram_values`, which are made of it."""

_NAMES_A_FILE = re.compile(r"[/\\:*?\[\]{}]|\.\w+$")
"""What stands in paths, addresses and patterns, or ends like a file: the engine would look for one of that name."""

_SCHEMAS = frozenset({"memory", "main", "system", "temp", "information_schema", "pg_catalog"})
"""What may stand before a table's name, with a dot."""

_WORDS_OF_ENDINGS = "parquet csv tsv txt json jsonl ndjson gz zst xlsx vortex arrow avro db duckdb"
_ENDINGS = frozenset(_WORDS_OF_ENDINGS.split())
"""Behind a dot the engine takes these for the end of a file's name: `"/etc/x".csv` is a file to it."""

OF_NO_TABLE = frozenset({"generate_series", "range", "repeat", "repeat_row", "unnest", "json_each", "json_tree"})
"""The table functions that make rows of their arguments; the others look at tables."""

ALLOWED = "Allowed is one statement that only reads: SELECT, WITH ... SELECT, FROM, VALUES, DESCRIBE, SUMMARIZE, SHOW"

_BLANK = re.compile(r"[\s(\ufeff\u200b]+|```(?:sql)?\s|--[^\n]*(?:\n|$)|/\*.*?\*/", re.DOTALL)
_EXPLAIN = re.compile(r"\s*explain\s+(analyze\s+)?", re.IGNORECASE)
_FIRST_WORDS = """
select with from values describe desc summarize show table pivot unpivot explain
alter analyze attach begin call checkpoint comment commit copy create deallocate delete detach drop execute export
force import insert install load merge pragma prepare reset rollback set truncate update use vacuum
"""
_STATEMENT_WORDS = frozenset(_FIRST_WORDS.split())
_BEFORE_A_QUERY = ("from", "with", "explain")
_SELECTS_NO_NAME = re.compile(r"""select\s*[\d'"]""", re.IGNORECASE)
_SIGNS = re.compile(r"(?<!\w)\*|\w\([^)]|\(\*|[=;]|::|<>|>=|<=")
"""What stands in SQL and in no sentence."""
_CTE = re.compile(r"\bwith\s+(recursive\s+)?\w+\s*(\([^)]*\)\s*)?\bas\b", re.IGNORECASE)
_WORDS_AFTER = """
the me a an my our your this that these those some any only which what who how top for
"""
_ENGLISH = frozenset(_WORDS_AFTER.split())
"""Words after "select" that make it a request in English."""


class Checked(NamedTuple):
    """A statement that may run, without its semicolon; the names after FROM, and those that it gives to parts of
    itself (WITH), all in small letters. `any_table`: it asks about tables in other ways too."""

    text: str
    tables: frozenset[str]
    own: frozenset[str]
    any_table: bool


class StatementRefused(Exception):
    """The statement may not run. The message says why and what is allowed; `sql` is the text."""

    def __init__(self, why: str, sql: str) -> None:
        super().__init__(f"{why}. {ALLOWED}.")
        self.sql = sql


def check(connection: duckdb.DuckDBPyConnection, sql: str, known: Container[str] = ()) -> str:
    """The single statement of `sql` that may run, without its semicolon. Raises as `examine` does."""
    return examine(connection, sql, known).text


def examine(connection: duckdb.DuckDBPyConnection, sql: str, known: Container[str] = ()) -> Checked:
    """The single statement of `sql` that may run, and the tables that it names. `known` are the tables that there
    are, in small letters: one of them may be called as files are.

    Raises StatementRefused, or duckdb.ParserException where it is not SQL at all. It calls the parser, so it belongs
    into the thread that runs statements; the connection must have no open result.
    """
    if len(sql) > MAX_SQL_CHARS:
        raise StatementRefused(f"The statement has {len(sql):,} characters; the limit is {MAX_SQL_CHARS:,}", sql)
    statements = connection.extract_statements(sql)
    if not statements:
        raise StatementRefused("There is no statement in the text", sql)
    if len(statements) > 1:
        raise StatementRefused(f"The text holds {len(statements)} statements; one runs at a time", sql)
    statement = statements[0]
    kind = statement.type.name
    if kind == "EXPLAIN":
        return _explained(connection, sql, known)
    if kind != "SELECT":
        _refuse_kind(kind, sql)
    if statement.named_parameters:
        raise StatementRefused("The statement has parameters ($1 or ?), and nothing gives them values", sql)
    return _read_tree(connection, str(statement.query).strip().rstrip(";").rstrip(), known)


def _explained(connection: duckdb.DuckDBPyConnection, sql: str, known: Container[str]) -> Checked:
    """EXPLAIN is ours: it is taken off, the rest has to pass by itself, and then it is put back."""
    match = _EXPLAIN.match(sql)
    if match is None:
        raise StatementRefused("EXPLAIN has to stand directly before the statement", sql)
    inner = examine(connection, sql[match.end() :], known)
    return inner._replace(text=f"EXPLAIN {'ANALYZE ' if match[1] else ''}{inner.text}")


def _refuse_kind(kind: str, sql: str) -> NoReturn:
    if kind == "MULTI":
        raise StatementRefused("A PIVOT has to list its values: PIVOT t ON column IN (...)", sql)
    raise StatementRefused(f"{kind.replace('_', ' ')} statements are not allowed here: the data are only read", sql)


def _read_tree(connection: duckdb.DuckDBPyConnection, text: str, known: Container[str]) -> Checked:
    """Raises StatementRefused where the parsed statement holds a node that writes, a function that is not listed, or a
    file."""
    rows = connection.execute("SELECT json_serialize_sql(?)", [text]).fetchall()
    try:
        tree = json.loads(rows[0][0])
    except RecursionError:
        raise StatementRefused(_TOO_DEEP, text) from None
    if tree["error"] or len(tree["statements"]) != 1:
        raise StatementRefused(f"The statement cannot be checked: {tree.get('error_message', 'unknown form')}", text)
    tables: set[str] = set()
    own: set[str] = set()
    any_table = False
    for node in _nodes(tree["statements"], text):
        kind = str(node.get("type", ""))
        if kind.endswith("_NODE") and kind not in READING_NODES:
            what = kind.removesuffix("_NODE").removesuffix("_QUERY").replace("_", " ")
            raise StatementRefused(f"{what} inside WITH is not allowed: the data are only read", text)
        if kind == "TABLE_FUNCTION":
            any_table |= _check_table_function(node["function"], text) not in OF_NO_TABLE
        elif kind in ("BASE_TABLE", "SHOW_REF"):
            _check_schema(node, known, text)
            tables.add(_check_table(str(node.get("table_name", "")), known, text))
            any_table |= node.get("schema_name", "") not in ("", "main")
        elif kind in READING_NODES:
            own.update(str(cte["key"]).lower() for cte in (node.get("cte_map") or {}).get("map") or ())
    return Checked(text, frozenset(tables - {""}), frozenset(own), any_table)


def _check_table_function(function: dict[str, Any], text: str) -> str:
    name = str(function.get("function_name", "")).lower()
    if name not in TABLE_FUNCTIONS:
        raise StatementRefused(
            f"{name}() is not allowed after FROM: the data stand there as tables (SHOW TABLES)", text
        )
    return name


def _check_schema(node: dict[str, Any], known: Container[str], text: str) -> None:
    """The engine reads the whole of `a.b.c` as the name of a file where it finds no such table."""
    name = str(node.get("table_name", ""))
    before = [part for part in (str(node.get(key) or "") for key in ("catalog_name", "schema_name")) if part]
    ends_a_file = name.lower() in _ENDINGS and name.lower() not in known
    if before and (ends_a_file or not _SCHEMAS.issuperset(part.lower() for part in before)):
        whole = ".".join(part for part in (*before, name) if part)
        raise StatementRefused(
            f"'{whole}' names a schema or a file: the data stand there as tables (SHOW TABLES)", text
        )


def _check_table(name: str, known: Container[str], text: str) -> str:
    """Also where WITH gives a part such a name: outside its reach the engine would look for the file."""
    if name.lower() not in known and _NAMES_A_FILE.search(name):
        raise StatementRefused(f"'{name}' names a file: the data stand there as tables (SHOW TABLES)", text)
    return name.lower()


def _nodes(tree: Any, text: str) -> Iterator[dict[str, Any]]:
    """Every object of the tree. Not recursive: how deep a statement may be is said here, and not by Python's stack."""
    waiting = [(tree, 1)]
    while waiting:
        item, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise StatementRefused(_TOO_DEEP, text)
        if isinstance(item, dict):
            yield item
            waiting += [(value, depth + 1) for value in item.values()]
        elif isinstance(item, list):
            waiting += [(value, depth + 1) for value in item]


def looks_like_sql(connection: duckdb.DuckDBPyConnection, question: str) -> bool:
    """Did the person type SQL? What begins like SQL is SQL, whether it parses or not, so that a changing statement gets
    the guard's clear refusal and a mistyped one the parser's message, and neither a planner's guess. "Show me the
    flights", "select the best airlines" and "with whom ..." are questions."""
    text = question[:MAX_SQL_CHARS]
    words = _leading_words(text)
    first = words[0].lower() if words else ""
    if first == "show":  # SHOW flights means DESCRIBE to the engine and "list them" to people
        return len(words) > 1 and words[-1].lower() in {"tables", "databases"} and len(words) <= 3
    if words and words[0] in {"SELECT", "WITH"}:
        return True
    if first not in _STATEMENT_WORDS:
        return _begins_a_mistyped_query(first, [word.lower() for word in words], bool(_SIGNS.search(text)))
    return _parses(connection, text) or bool(_SIGNS.search(text)) or _begins_a_query(first, words, text)


def _parses(connection: duckdb.DuckDBPyConnection, text: str) -> bool:
    try:
        return bool(connection.extract_statements(text))
    except duckdb.Error:
        return False


def _begins_a_query(first: str, words: list[str], text: str) -> bool:
    if first == "select":
        return words[1].lower() not in _ENGLISH if len(words) > 1 else bool(_SELECTS_NO_NAME.search(text))
    if first == "from":
        return words[0] == "FROM" or any(map(_is_select, words[1:], words[2:]))
    return first == "with" and bool(_CTE.search(text))


def _is_select(word: str, following: str) -> bool:
    """Also with a slip, as in `from t selct name`."""
    slips = OSA.distance(word.lower(), "select")
    return word.lower() != "elect" and (slips == 1 or (slips == 0 and following.lower() not in _ENGLISH))


def _begins_a_mistyped_query(first: str, words: list[str], signs: bool) -> bool:
    """`selct name from t`, `selectcount(*) from t`, `form t select *`: a slip of the first word, and what follows in
    SQL alone."""
    if first.startswith("select") or (first != "elect" and OSA.distance(first, "select") == 1):
        return signs or ("from" in words and OSA.distance(first, "select") == 1)
    return signs and "select" in words[1:] and any(OSA.distance(first, word) == 1 for word in _BEFORE_A_QUERY)


def _leading_words(text: str) -> list[str]:
    """The words of the text after any comments, blanks and opening brackets."""
    at = 0
    while match := _BLANK.match(text, at):
        at = match.end()
    return re.findall(r"[A-Za-z_]+", text[at:])
