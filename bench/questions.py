"""Scores the offline planner: `python -m bench.questions [SET ...]`, or `--benchmark DIR` for a public one.

A question is *right* when its statement gives the figures of the statement written by hand, or when it was right to
ask back; *asked* when it was answerable and the planner asked back; *wrong* when it gave other figures. Wrong is what
must never happen.
"""

import argparse
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import duckdb
import msgspec

from agent_worker.engine.settings import create_view
from agent_worker.offline.planner import plan
from agent_worker.plan import SqlPlan, Turn
from bench.public.faults import read_faults
from bench.public.questions import Verdict as PublicVerdict
from bench.public.questions import judge_all, read_questions
from bench.public.report import report
from bench.question_data.buildings import make_buildings
from bench.question_data.shop import make_shop
from bench.question_data.whole_catalog import whole_catalog
from bus.contract.catalog import Catalog
from bus.contract.events import Clarification
from ops.evaluation import comparing
from ops.evaluation.comparing import Rows

ROOT = Path(__file__).parents[1]
QUESTIONS = ROOT / "tests" / "questions"
SAMPLE = ROOT / "agent_worker" / "sample_data"
Verdict = Literal["right", "asked", "wrong"]


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`ask`, after the questions in `after`; right are the figures of `sql`, or asking back where `asks` is true."""

    ask: str
    sql: str = ""
    asks: bool = False
    after: tuple[str, ...] = ()


class Data:
    """A folder of Parquet files with its catalog and an engine over it."""

    def __init__(self, folder: Path) -> None:
        self.engine = duckdb.connect()
        self.catalog = whole_catalog(folder, self.engine)
        for table in self.catalog.tables:
            create_view(self.engine, table)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = self.engine.sql(sql).fetchall()
        return rows


def read_set(name: str) -> list[Question]:
    """The questions of `tests/questions/NAME.toml`."""
    content = tomllib.loads((QUESTIONS / f"{name}.toml").read_text("utf-8"))
    return msgspec.convert(content["questions"], list[Question])


def make_tpch(folder: Path, scale: str = "0.01") -> Path:
    """TPC-H as Parquet in a folder, made by tpchgen-cli."""
    program = Path(sys.executable).parent / "tpchgen-cli"
    command = [str(program), "parquet", "-s", scale, "--output-dir", str(folder)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder


def judge(question: Question, data: Data) -> tuple[Verdict, str]:
    """Whether the planner answers a question rightly, and what it said."""
    history: list[Turn] = []
    for earlier in question.after:
        history.append(_turn(earlier, data.catalog, history))
    found = plan(question.ask, data.catalog, history)
    if isinstance(found, SqlPlan):
        said = f"{found.reading} {' '.join(found.sql.split())}"
        right = bool(question.sql) and same_rows(data.rows(found.sql), data.rows(question.sql))
        return ("right" if right else "wrong"), said
    said = found.question if isinstance(found, Clarification) else found.text
    return ("right" if question.asks else "asked"), said


def _turn(question: str, catalog: Catalog, history: Sequence[Turn]) -> Turn:
    found = plan(question, catalog, history)
    if isinstance(found, SqlPlan):
        return Turn(question, sql=found.sql)
    return Turn(question, clarification=found.question if isinstance(found, Clarification) else "")


def same_rows(found: Rows, expected: Rows) -> bool:
    """Whether every expected column is among the found ones, row for row, in any order; numbers by nine digits."""
    return comparing.same_rows(found, expected, digits=9)


def _planning_ms(question: Question, data: Data) -> float:
    started = time.perf_counter()
    plan(question.ask, data.catalog)
    return (time.perf_counter() - started) * 1000


def score(name: str, data: Data, verbose: bool) -> Counter[Verdict]:
    """Judge one set and print what was not right."""
    verdicts: Counter[Verdict] = Counter()
    questions = read_set(name)
    took_ms = sorted(_planning_ms(question, data) for question in questions)
    for question in questions:
        verdict, said = judge(question, data)
        verdicts[verdict] += 1
        if verdict == "wrong" or (verbose and verdict == "asked"):
            print(f"  {verdict}: {question.ask}\n      {said}")
    share = verdicts["right"] / len(questions)
    middle, most = took_ms[len(took_ms) // 2], took_ms[-1]
    print(
        f"{name}: {share:.0%} right of {len(questions)}, {verdicts['asked']} asked back in vain, "
        f"{verdicts['wrong']} wrong; planned in {middle:.1f} ms (median), {most:.0f} ms at most"
    )
    return verdicts


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.questions", description=__doc__)
    parser.add_argument(
        "sets", nargs="*", default=["flights", "tpch", "held_out_flights", "held_out_tpch", "shop", "buildings"]
    )
    parser.add_argument("--quiet", action="store_true", help="only the scores and what is wrong")
    parser.add_argument("--benchmark", type=Path, help="a folder with questions.jsonl and data/DATABASE/*.parquet")
    parser.add_argument("--sample", type=int, help="only so many questions of the benchmark, the same every time")
    parser.add_argument("--faults", action="store_true", help="list the benchmark's own faults, too")
    options = parser.parse_args()
    if options.benchmark is not None:
        judged = list(judge_all(options.benchmark, read_questions(options.benchmark, options.sample)))
        listed: set[PublicVerdict] = {"wrong"}
        if not options.quiet:
            listed.add("asked")
        if options.faults:
            listed.add("faulty")
        print(report(judged, read_faults(), listed))
        return 0
    wrong = 0
    makers = {"flights": lambda _: SAMPLE, "tpch": make_tpch, "shop": make_shop, "buildings": make_buildings}
    for data_name, make in makers.items():
        names = [name for name in options.sets if name.removeprefix("held_out_") == data_name]
        with tempfile.TemporaryDirectory() as folder:
            data = Data(make(Path(folder))) if names else None
            wrong += sum(score(name, data, not options.quiet)["wrong"] for name in names if data)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
