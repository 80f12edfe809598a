"""The model: plans, repairs and answers over any server that speaks the Messages API or chat completions."""

from agent_worker.llm.errors import BudgetExceeded, ModelError, ToolsRefused
from agent_worker.llm.meter import CallLimits, Meter
from agent_worker.llm.prompts.catalog_text import finding_text, table_text
from agent_worker.llm.prompts.focus import Focus
from agent_worker.llm.prompts.plan_reply import NotAPlan, read_plan
from agent_worker.llm.prompts.preview import Preview, PreviewBuilder, Totals, preview_text
from agent_worker.llm.prompts.requests import AnswerRequest, LookRecord, Message, PlanRequest, Prompt, Try
from agent_worker.llm.prompts.tools import END_KINDS, LOOK_ARGUMENTS, ToolTurn, ToolUse, plan_of_use, result_block
from agent_worker.llm.settings import ModelSettings

__all__ = [
    "END_KINDS",
    "LOOK_ARGUMENTS",
    "AnswerRequest",
    "BudgetExceeded",
    "CallLimits",
    "Focus",
    "LookRecord",
    "Message",
    "Meter",
    "ModelError",
    "ModelSettings",
    "NotAPlan",
    "PlanRequest",
    "Preview",
    "PreviewBuilder",
    "Prompt",
    "ToolTurn",
    "ToolUse",
    "ToolsRefused",
    "Totals",
    "Try",
    "finding_text",
    "plan_of_use",
    "preview_text",
    "read_plan",
    "result_block",
    "table_text",
]
