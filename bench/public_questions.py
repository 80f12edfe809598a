"""Scores the offline planner on a public benchmark: a folder with `questions.jsonl` and `data/DATABASE/*.parquet`.

*right*: some columns of the answer, in any order, hold exactly the right rows; *tied*: the right statement takes one of
several that share the first place, and the answer shows them all; *asked*: it asked back; *wrong*: else.
"""

import random
import re
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import islice, permutations
from pathlib import Path
from typing import Any, Literal

import duckdb
import msgspec
import sqlglot
from sqlglot import exp

from agent_worker.engine.settings import create_view
from agent_worker.offline import plan
from agent_worker.plan import SqlPlan
from bench.whole_catalog import whole_catalog
from bus.contract.events import Clarification
from ops.evaluation.comparing import MAX_CHOICES, Rows, column_choices, plain, same_rows

Verdict = Literal["right", "tied", "asked", "wrong"]
_PROCESSES = 2


class Question(msgspec.Struct, frozen=True):
    """One question with its statement (in SQLite's dialect) and the rows that are right."""

    database: str
    question: str
    sql: str
    ordered: bool
    rows: list[list[Any]]

    @property
    def hardness(self) -> str:
        """easy, medium or hard, by how many parts the right statement has."""
        text = self.sql.lower()
        parts = sum(text.count(word) for word in (" join ", "group by", "order by", "having", "limit", " and ", " or "))
        nested = sum(text.count(word) for word in ("intersect", "except", "union")) + text.count("select") - 1
        return "easy" if parts + 3 * nested == 0 else "medium" if parts + 3 * nested <= 2 else "hard"


class Judged(msgspec.Struct, frozen=True):
    """What came of a question. `said` is the reading with its statement, or the question back; `kind` sorts wrongs."""

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
    if same_rows(rows, question.rows, question.ordered):
        return Judged(question, "right", said, took_ms)
    if tied(rows, question, engine):
        return Judged(question, "tied", said, took_ms)
    return Judged(question, "wrong", said, took_ms, kind_of(rows, question, engine))


def kind_of(rows: Rows, question: Question, engine: duckdb.DuckDBPyConnection) -> str:
    """How a wrong answer differs: in the order of equals, in which of several first ones it names, in repeated rows
    alone, or in what it says; or the right statement compares with values that the question does not say."""
    if said_nowhere(question):
        return "other values"
    if one_of_the_first(rows, question, engine):
        return "one of several first"
    if same_rows(rows, question.rows, ordered=False):
        return "order of equals" if "order by" in question.sql.lower() else "order"
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
    """Whether the right statement takes one of several first ones, and these rows are all of them."""
    ranked, size = _ranked(question, engine)
    first = list(dict.fromkeys(tuple(row[:-1]) for row in ranked if row[-1] == ranked[0][-1]))
    return size == 1 and len(first) > 1 and same_rows(list(dict.fromkeys(map(tuple, rows))), first)


def one_of_the_first(rows: Rows, question: Question, engine: duckdb.DuckDBPyConnection) -> bool:
    """Whether a statement with a limit could as well have given these rows, as they rank no lower than its own."""
    ranked, size = _ranked(question, engine)
    if not size or len(ranked) < size or len(rows) != size:
        return False
    allowed = [row[:-1] for row in ranked if row[-1] == ranked[size - 1][-1] or row in ranked[:size]]
    fitting = {tuple(map(plain, row)) for row in allowed}
    return any(
        {tuple(plain(row[at]) for at in chosen) for row in rows} <= fitting
        for chosen in islice(permutations(range(len(rows[0])), len(allowed[0])), MAX_CHOICES)
    )


def _ranked(question: Question, engine: duckdb.DuckDBPyConnection) -> tuple[Rows, int]:
    """The rows that a statement with a limit takes its own from, the first ones first, each with what it is ranked by
    at its end; and its limit. None, and 0, of another statement."""
    try:
        tree = sqlglot.parse_one(question.sql.rstrip("; "), dialect="sqlite")
        if not isinstance(tree, exp.Select) or not tree.args.get("limit") or not tree.args.get("order"):
            return [], 0
        size, first = int(tree.args["limit"].expression.name), tree.args["order"].expressions[0]
        width = len(tree.expressions)
        group = [column.copy() for column in (tree.args.get("group") or exp.Group()).expressions]
        tree = tree.select(*(exp.func("any_value", first.this.copy()) if group and first.this.find(exp.Column) and not
                             first.this.find(exp.AggFunc) else first.this.copy(),))  # fmt: skip
        tree.set("limit", None)
        tree.set("order", None)
        for item in tree.expressions[:width] if group else ():
            if not item.find(exp.AggFunc) and item not in group:
                item.replace(exp.func("any_value", item.copy()))
        for quoted in tree.find_all(exp.Column):
            if quoted.this.quoted and not quoted.table:
                quoted.replace(exp.Literal.string(quoted.name))
        ranked = [row for row in engine.execute(tree.sql("duckdb")).fetchall() if row[-1] is not None]
    except (sqlglot.ParseError, duckdb.Error, ValueError, KeyError):
        return [], 0
    return sorted(ranked, key=lambda row: row[-1], reverse=bool(first.args.get("desc"))), size


def report(judged: Sequence[Judged], quiet: bool) -> str:
    """The scores by hardness, the kinds of refusal that remain, and each wrong answer."""
    lines = []
    for one in judged:
        if one.verdict == "wrong":
            lines += [f"wrong ({one.kind}) [{one.question.database}] {one.question.question}", f"      {one.said}",
                      f"      right: {one.question.sql}"]  # fmt: skip
        elif one.verdict == "asked" and not quiet:
            lines.append(f"asked [{one.question.database}] {one.question.question}\n      {one.said}")
    refusals = Counter(re.sub(r"“[^”]*”", "…", one.said)[:70] for one in judged if one.verdict == "asked")
    lines += ["refusals:", *(f"  {count:5} {kind}" for kind, count in refusals.most_common(12))]
    for hardness in ("easy", "medium", "hard", "all"):
        among = [one for one in judged if hardness in ("all", one.question.hardness)]
        lines.append(f"{hardness:7}{_shares(among)}")
    kinds = Counter(one.kind for one in judged if one.verdict == "wrong")
    took = sorted(one.took_ms for one in judged)
    lines.append(f"wrong by kind: {dict(kinds)}")
    lines.append(f"planned in {statistics.median(took):.1f} ms (median), {took[-1]:.0f} ms at most")
    return "\n".join(lines)


def _shares(judged: Sequence[Judged]) -> str:
    count = Counter(one.verdict for one in judged)
    size = max(len(judged), 1)
    return ", ".join(f"{count[v]:5} {v} ({count[v] / size:.1%})" for v in ("right", "tied", "asked", "wrong"))
