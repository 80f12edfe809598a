"""The model: plans, repairs and answers over any server that speaks the Messages API."""

from agent_worker.llm.client import ModelClient
from agent_worker.llm.errors import BudgetExceeded, ModelError
from agent_worker.llm.meter import CallLimits, Meter
from agent_worker.llm.prompts.focus import Focus
from agent_worker.llm.prompts.preview import Preview, PreviewBuilder, Totals
from agent_worker.llm.prompts.requests import AnswerRequest, PlanRequest, Try
from agent_worker.llm.settings import ModelSettings
from agent_worker.llm.transport.preload import preload

__all__ = [
    "AnswerRequest",
    "BudgetExceeded",
    "CallLimits",
    "Focus",
    "Meter",
    "ModelClient",
    "ModelError",
    "ModelSettings",
    "PlanRequest",
    "Preview",
    "PreviewBuilder",
    "Totals",
    "Try",
    "preload",
]
