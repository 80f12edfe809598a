"""Questions to SQL without a model: the common analytical questions, read by rules, and a question back otherwise."""

from agent_worker.offline.planner import plan

__all__ = ["plan"]
