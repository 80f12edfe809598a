"""Whether the figures of an answer in words stand in the result that it is about."""

from agent_worker.agents.parquet.figures.check import unsupported

__all__ = ["unsupported"]
