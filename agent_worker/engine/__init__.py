"""The SQL engine of a worker: one locked-down DuckDB connection, statements in a side thread, rows as Arrow."""

from agent_worker.engine.core import Engine, ResultEnd
from agent_worker.engine.errors import EngineError
from agent_worker.engine.settings import EngineSettings

__all__ = ["Engine", "EngineError", "EngineSettings", "ResultEnd"]
