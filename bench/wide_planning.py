"""What planning takes over 200 tables with 5,000 columns: `python -m bench.wide_planning [SET]`.

The questions of a set are asked over its own tables with so many others beside them, which are called alike: orders and
customers of many departments, with names, dates, states and amounts of their own, and keys between them. Each is
planned in one process, where the catalog's words are known from the question before, and in one of its own, as a worker
plans, where they are not.
"""

import argparse
import gc
import multiprocessing
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import msgspec

from agent_worker.offline.planner import plan
from bench.question_data.shop import make_shop
from bench.question_data.whole_catalog import whole_catalog
from bench.questions import SAMPLE, read_set
from bus.contract.catalog import Catalog, CatalogColumn, CatalogTable, JoinKey

TABLES, COLUMNS = 200, 25
_THINGS = "customers orders products payments invoices visits employees suppliers contracts tickets".split()  # noqa: SIM905
_FIGURES = "amount price cost weight size tax fee margin score rank delay length width height age".split()  # noqa: SIM905
_ASPECTS = "net gross planned actual last first local total base peak".split()  # noqa: SIM905
_TEXTS = ("status", "city", "category", "region", "channel", "owner")
_MOST_MS = {"median": 20, "worst": 200}


def padded(catalog: Catalog) -> Catalog:
    """A catalog with tables beside its own, until there are `TABLES` of `COLUMNS` columns."""
    count = TABLES - len(catalog.tables)
    tables = tuple(_table(f"{_THINGS[at % len(_THINGS)]}_{at // len(_THINGS)}", at) for at in range(count))
    keys = tuple(JoinKey(table.name, "parent_id", tables[at - 1].name, "id") for at, table in enumerate(tables) if at)
    return msgspec.structs.replace(catalog, tables=catalog.tables + tables, keys=catalog.keys + keys)


def _table(name: str, seed: int) -> CatalogTable:
    columns = [CatalogColumn("id", "BIGINT", 0, 1000, "1", "1000", unique=True)]
    columns.append(CatalogColumn("parent_id", "BIGINT", 0, 500, "1", "1000"))
    columns.append(CatalogColumn("name", "VARCHAR", 0, 990, "Ann", "Zoe"))
    columns.append(CatalogColumn("created_on", "DATE", 0, 300, "2023-01-01", "2025-12-31"))
    for text in _TEXTS:
        values = tuple(f"{text} {(seed + n) % 40}" for n in range(8))
        columns.append(CatalogColumn(text, "VARCHAR", 0, len(values), min(values), max(values), values))
    for at in range(COLUMNS - len(columns)):
        figure = f"{_FIGURES[at % len(_FIGURES)]}_{_ASPECTS[(seed + at) % len(_ASPECTS)]}"
        columns.append(CatalogColumn(figure, "DOUBLE", 0, 900, "1", "900"))
    return CatalogTable(name, tuple(columns), 1000, (f"/{name}.parquet",))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.wide_planning", description=__doc__)
    parser.add_argument("name", nargs="?", default="shop", choices=("shop", "flights"))
    name = parser.parse_args().name
    with tempfile.TemporaryDirectory() as folder:
        own = whole_catalog(make_shop(Path(folder)) if name == "shop" else SAMPLE, duckdb.connect())
    catalog = padded(own)
    questions = [question.ask for question in read_set(name)]
    plan(questions[0], own)
    gc.freeze()  # as before a worker is forked
    apart = sorted((_took_apart_ms(question, catalog), question) for question in questions)
    plan("how many are there", catalog)
    took = sorted((_took_ms(question, catalog), question) for question in questions)
    size = sum(len(table.columns) for table in catalog.tables)
    print(f"{len(catalog.tables)} tables, {size:,} columns, {len(questions)} questions: planned in {_said(took)}; "
          f"in a process of its own in {_said(apart)}")  # fmt: skip
    middle, worst = took[len(took) // 2][0], took[-1][0]
    return int(middle > _MOST_MS["median"] or worst > _MOST_MS["worst"])


def _said(took: list[tuple[float, str]]) -> str:
    return f"{took[len(took) // 2][0]:.1f} ms (median), {took[-1][0]:.0f} ms at most: {took[-1][1]}"


def _took_apart_ms(question: str, catalog: Catalog) -> float:
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=lambda: theirs.send(_took_ms(question, catalog)))
    child.start()
    took: float = ours.recv()
    child.join()
    return took


def _took_ms(question: str, catalog: Catalog) -> float:
    started = time.process_time()
    plan(question, catalog)
    return (time.process_time() - started) * 1000


if __name__ == "__main__":
    sys.exit(main())
