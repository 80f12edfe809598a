"""Whether the way from a model to its answer loses anything: a model that knows the right statements must score 100%.

python -m bench.perfect_model --benchmark DIR [--questions 200] [--output FILE.html]

Takes so many questions of a public benchmark whose statement, brought into DuckDB's dialect, gives the right rows when
it is run as it is (the others say nothing of the way), serves a model that looks at the data and then answers with that
statement, and runs `deadstop eval` with it.
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import duckdb
import msgspec
import sqlglot
from sqlglot import exp

from bench.public.questions import Question as Public
from bench.public.questions import read_questions
from ops.evaluation.comparing import same_rows
from ops.evaluation.questions import ReferenceQuestion
from tests.fakes.messages_server import MessagesServer
from tests.fakes.perfect import perfect

MOST_OF_A_DATABASE = 20


def in_duckdb(sql: str, columns: set[str]) -> str:
    """A statement of SQLite as DuckDB has it: what stands in double quotes and names no column is a text."""
    tree = sqlglot.parse_one(sql.rstrip("; "), dialect="sqlite")
    for column in list(tree.find_all(exp.Column)):
        if column.this.quoted and not column.table and column.name.lower() not in columns:
            column.replace(exp.Literal.string(column.name))
    return str(tree.sql("duckdb"))


def usable(public: Public, engine: duckdb.DuckDBPyConnection, columns: set[str]) -> ReferenceQuestion | None:
    """The question with its statement for DuckDB; None where that does not give the right rows."""
    try:
        sql = in_duckdb(public.sql, columns)
        rows = engine.sql(sql).fetchall()
    except (sqlglot.ParseError, duckdb.Error):
        return None
    if not same_rows(rows, public.rows, public.ordered):
        return None
    return ReferenceQuestion(public.question, public.database, sql, public.rows, public.ordered)


def choose(folder: Path, wanted: int) -> tuple[list[ReferenceQuestion], int]:
    """Choose usable questions, some of each database, the same ones every time. Returns them, and how many were looked
    at."""
    by_database: dict[str, list[Public]] = defaultdict(list)
    for public in read_questions(folder, None):
        by_database[public.database].append(public)
    chance, chosen, looked_at = random.Random(1), list[ReferenceQuestion](), 0
    for name in chance.sample(sorted(by_database), len(by_database)):
        some = chance.sample(by_database[name], len(by_database[name]))[:MOST_OF_A_DATABASE]
        some = some[: wanted - len(chosen)]
        with duckdb.connect() as engine:
            for file in (folder / "data" / name).glob("*.parquet"):
                engine.sql(f"""CREATE VIEW "{file.stem}" AS FROM '{file}'""")
            columns = {name.lower() for (name,) in engine.sql("SELECT column_name FROM duckdb_columns()").fetchall()}
            chosen += [found for public in some if (found := usable(public, engine, columns)) is not None]
        looked_at += len(some)
        if len(chosen) == wanted:
            break
    return chosen, looked_at


async def evaluate(questions: list[ReferenceQuestion], data: Path, output: Path | None, at_once: int) -> int:
    """`deadstop eval` over the questions; its exit code."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "questions.jsonl"
        path.write_bytes(b"\n".join(map(msgspec.json.encode, questions)))
        arguments = [str(path), "--data", str(data), "--model", "perfect", "--at-once", str(at_once)]
        arguments += ["--output", str(output)] if output else []
        async with MessagesServer(perfect(questions)) as server:
            environment = os.environ | {"DEADSTOP_LLM__BASE_URL": server.url}
            program = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "ops", "eval", *arguments, env=environment
            )
            return await program.wait()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.perfect_model", description=__doc__)
    parser.add_argument("--benchmark", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--at-once", type=int, default=2)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    questions, looked_at = choose(options.benchmark, options.questions)
    databases = len({question.database for question in questions})
    print(f"{len(questions)} questions over {databases} databases, chosen from {looked_at}", flush=True)
    return asyncio.run(evaluate(questions, options.benchmark / "data", options.output, options.at_once))


if __name__ == "__main__":
    sys.exit(main())
