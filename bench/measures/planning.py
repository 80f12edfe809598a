"""The two things that happen before any data are touched: reading the catalog, and planning without a model."""

import time

import duckdb

from agent_worker.catalog.reader import read_catalog
from agent_worker.offline.planner import plan
from bench.harness.figures import Figure, spread
from bench.questions import SAMPLE, read_set

QUESTIONS = "flights"


async def planning(runs: int) -> list[Figure]:
    took = []
    for _ in range(runs):
        engine = duckdb.connect()
        started = time.perf_counter()
        catalog = read_catalog(SAMPLE, connection=engine)
        took.append((time.perf_counter() - started) * 1000)
    questions = read_set(QUESTIONS)
    planned = []
    for question in questions:
        started = time.perf_counter()
        plan(question.ask, catalog, [])
        planned.append((time.perf_counter() - started) * 1000)
    return [
        Figure("the sample data's catalog, read", "ms", spread(took)),
        Figure("a question planned offline", "ms", spread(planned)),
    ]
