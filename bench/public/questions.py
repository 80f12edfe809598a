"""Scores the offline planner on a public benchmark: a folder with `questions.jsonl` and `data/DATABASE/*.parquet`.

*right*: some columns of the answer, in any order, hold exactly the right rows, or those that the right statement gives
over these files; *tied*: they differ only in what the right statement leaves open, as which of equals stands first;
*asked*: it asked back; *faulty*: it differs, and the right statement is itself at fault (bench/public/faults.py);
*wrong*: else.
"""

import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice, permutations
from pathlib import Path
from typing import Any, Literal

import duckdb
import msgspec
import sqlglot
from sqlglot import exp

from agent_worker.engine.settings import create_view
from agent_worker.offline.planner import plan
from agent_worker.plan import SqlPlan
from bench.public.faults import digest
from bench.question_data.whole_catalog import whole_catalog
from bus.contract.events import Clarification
from ops.evaluation.comparing import MAX_CHOICES, Rows, column_choices, plain, same_rows

Verdict = Literal["right", "tied", "asked", "wrong", "faulty"]
_PROCESSES = 2


class Question(msgspec.Struct, frozen=True):
    """One question with its statement (in SQLite's dialect) and the rows that are right."""

    database: str
    question: str
    sql: str
    ordered: bool
    rows: list[list[Any]]

    @property
    def digest(self) -> str:
        return digest(self.database, self.question)

    @property
    def hardness(self) -> str:
        """easy, medium or hard, by how many parts the right statement has."""
        text = self.sql.lower()
        parts = sum(text.count(word) for word in (" join ", "group by", "order by", "having", "limit", " and ", " or "))
        nested = sum(text.count(word) for word in ("intersect", "except", "union")) + text.count("select") - 1
        return "easy" if parts + 3 * nested == 0 else "medium" if parts + 3 * nested <= 2 else "hard"


class Judged(msgspec.Struct, frozen=True):
    """What came of a question. `said` is the reading with its statement, or the question back; `kind` sorts what is
    wrong, and is the fault of a statement that is at fault."""

    question: Question
    verdict: Verdict
    said: str
    took_ms: float
    kind: str = ""


def read_questions(folder: Path, sample: int | None) -> list[Question]:
    """All questions, or `sample` of them, the same ones every time."""
    lines = (folder / "questions.jsonl").read_text("utf-8").splitlines()
    questions = [msgspec.json.decode(line, type=Question) for line in lines]
    if sample is None or sample >= len(questions):
        return questions
    return random.Random(sample).sample(questions, sample)


def judge_all(folder: Path, questions: Iterable[Question]) -> Iterator[Judged]:
    """Judge the questions, each database in one process."""
    by_database: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        by_database[question.database].append(question)
    with ProcessPoolExecutor(_PROCESSES) as pool:
        work = sorted(by_database.items(), key=lambda entry: -len(entry[1]))
        futures = [pool.submit(_judge_database, folder / "data" / name, asked) for name, asked in work]
        for future in futures:
            yield from future.result()


def _judge_database(folder: Path, questions: list[Question]) -> list[Judged]:
    with duckdb.connect() as engine:
        engine.execute("SET threads TO 1")
        catalog = whole_catalog(folder, engine)
        for table in catalog.tables:
            create_view(engine, table)
        return [_judge(question, catalog, engine) for question in questions]


def _judge(question: Question, catalog: Any, engine: duckdb.DuckDBPyConnection) -> Judged:
    started = time.perf_counter()
    found = plan(question.question, catalog)
    took_ms = (time.perf_counter() - started) * 1000
    if not isinstance(found, SqlPlan):
        said = found.question if isinstance(found, Clarification) else found.text
        return Judged(question, "asked", said, took_ms)
    said = f"{found.reading}\n      {' '.join(found.sql.split())}"
    try:
        rows = engine.execute(found.sql).fetchall()
    except duckdb.Error as error:
        return Judged(question, "wrong", f"{said}\n      {error}", took_ms, "fails")
    if any(same_rows(rows, right, question.ordered) for right in (question.rows, _right_here(question, engine))):
        return Judged(question, "right", said, took_ms)
    if tied(rows, question, engine):
        return Judged(question, "tied", said, took_ms)
    return Judged(question, "wrong", said, took_ms, kind_of(rows, question, engine))


def kind_of(rows: Rows, question: Question, engine: duckdb.DuckDBPyConnection) -> str:
    """How a wrong answer differs: in the order, in repeated rows alone, or in what it says; or the right statement
    compares with values that the question does not say."""
    if said_nowhere(question):
        return "other values"
    if same_rows(rows, question.rows, ordered=False):
        return "order"
    once = [list(row) for row in dict.fromkeys(tuple(map(plain, row)) for row in question.rows)]
    have = [tuple(map(plain, row)) for row in rows]
    want = [tuple(map(plain, row)) for row in once]
    for columns in column_choices(have, want):
        if {tuple(row[at] for at in columns) for row in have} == set(want):
            return "repeated rows"
    return "material"


def said_nowhere(question: Question) -> bool:
    """Whether the right statement compares with a number of three digits or more, or a text, that the question does not
    say: then it is another question's."""
    try:
        tree = sqlglot.parse_one(question.sql.rstrip("; "), dialect="sqlite")
    except sqlglot.ParseError:
        return False
    asked = question.question.lower().replace(",", "")
    compared = [one for found in tree.find_all(exp.EQ, exp.GT, exp.GTE, exp.LT, exp.LTE) for one in found.args.values()]
    texts = [one.name for one in compared if isinstance(one, exp.Literal) or (isinstance(one, exp.Column) and
             one.this.quoted and not one.table)]  # fmt: skip
    return any(len(text) > 2 and text.lower() not in asked for text in texts)


def tied(rows: Rows, question: Question, engine: duckdb.DuckDBPyConnection) -> bool:
    """Whether these rows differ from the right ones only in which of equals stand first, or in what order these stand:
    they are all that share the first place, others that could as well have been taken, or the same in an order that the
    right statement leaves open."""
    ranked, size = _ranked(question, engine)
    if not ranked:
        return False
    first = list(dict.fromkeys(tuple(row[:-1]) for row in ranked if row[-1] == ranked[0][-1]))
    if size == 1 and len(first) > 1 and same_rows(list(dict.fromkeys(map(tuple, rows))), first):
        return True
    return _stand_in_place(rows, ranked, size or len(ranked))


def _stand_in_place(rows: Rows, ranked: Rows, size: int) -> bool:
    """Whether some columns of these rows are the first `size` ranked ones, each in a place that its rank allows."""
    if len(rows) != size or len(ranked) < size:
        return False
    places = [row[-1] for row in ranked[:size]]
    allowed: dict[tuple[str, ...], Counter[int]] = defaultdict(Counter)
    for row in ranked:
        allowed[tuple(map(plain, row[:-1]))][row[-1]] += 1
    have = [tuple(map(plain, row)) for row in rows]
    for chosen in islice(permutations(range(len(rows[0])), len(ranked[0]) - 1), MAX_CHOICES):
        placed = Counter((tuple(row[at] for at in chosen), place) for row, place in zip(have, places, strict=True))
        if all(count <= allowed[row][place] for (row, place), count in placed.items()):
            return True
    return False


def _right_here(question: Question, engine: duckdb.DuckDBPyConnection) -> Rows:
    """The rows of the right statement over these files, whose types may differ from those it was written for; none
    where it cannot be run."""
    try:
        tree = sqlglot.parse_one(question.sql.rstrip("; "), dialect="sqlite")
        return _run(tree, engine)
    except (sqlglot.ParseError, duckdb.Error):
        return []


def _run(tree: exp.Expression, engine: duckdb.DuckDBPyConnection) -> Rows:
    """The rows of a statement of SQLite's. A number beside a column of texts is a text there."""
    try:
        rows: Rows = engine.execute(_for_duckdb(tree)).fetchall()
    except duckdb.ConversionException:
        for compared in tree.find_all(exp.EQ):
            if isinstance(compared.expression, exp.Literal):
                compared.set("expression", exp.Literal.string(compared.expression.name))
        rows = engine.execute(_for_duckdb(tree)).fetchall()
    return rows


def _for_duckdb(tree: exp.Expression) -> str:
    """A statement of SQLite's, whose texts may stand in double quotes."""
    for quoted in list(tree.find_all(exp.Column)):
        if quoted.this.quoted and not quoted.table:
            quoted.replace(exp.Literal.string(quoted.name))
    text: str = tree.sql("duckdb")
    return text


def _ranked(question: Question, engine: duckdb.DuckDBPyConnection) -> tuple[Rows, int]:
    """The rows that a statement with an order takes its own from, the first ones first, each with its place at its end,
    which equals share; and its limit, or 0. None of another statement."""
    try:
        tree = sqlglot.parse_one(question.sql.rstrip("; "), dialect="sqlite")
        if not isinstance(tree, exp.Select) or not tree.args.get("order"):
            return [], 0
        size = int(tree.args["limit"].expression.name) if tree.args.get("limit") else 0
        group = [column.copy() for column in (tree.args.get("group") or exp.Group()).expressions]
        order = [exp.Ordered(this=one.this.copy(), desc=one.args.get("desc"), nulls_first=False)
                 for one in tree.args["order"].expressions]  # fmt: skip
        place = exp.Window(this=exp.DenseRank(), order=exp.Order(expressions=order))
        for item in (*tree.expressions, *order) if group else ():
            shown = item.this if isinstance(item, exp.Ordered) else item
            if not shown.find(exp.AggFunc) and shown not in group:
                shown.replace(exp.func("any_value", shown.copy()))
        tree = tree.select(place, copy=False)
        tree.set("limit", None)
        tree.set("order", None)
        ranked = _run(tree, engine)
    except (sqlglot.ParseError, duckdb.Error, ValueError, KeyError):
        return [], 0
    return sorted(ranked, key=lambda row: row[-1]), size
