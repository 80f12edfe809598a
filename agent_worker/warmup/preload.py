"""Imported once by the fork server, so that no worker has to: everything an agent needs but the
model's client (`model.py`).

Leaves no thread: a fork of a process with threads is not safe.
"""

import agent_worker.warmup.one_thread  # noqa: I001 (before what it is for)
import duckdb  # noqa: F401
import pyarrow  # noqa: F401

import agent_worker.agents.parquet.agent
import agent_worker.runtime.worker  # noqa: F401
from agent_worker.engine.settings import connect_ahead
from agent_worker.warmup.warm_up import warm_up

warm_up()
connect_ahead()
