"""Counts what a framework says that its models have used."""

import msgspec

from agent_worker.context import AgentContext
from bus.contract.events import Usage
from bus.contract.models import price_of


class UsageCount:
    """The sum so far, which is the context's `usage`. A model without a price in `[llm] prices` costs nothing."""

    def __init__(self, context: AgentContext) -> None:
        self._context = context
        self._llm = context.settings.llm
        self.total = Usage()
        context.usage = lambda: self.total

    def add(self, usage: Usage, model: str = "") -> None:
        """Count one call of a model, or a part of a call (`model_calls` 0)."""
        before, cost = self.total, self._cost(usage, model)
        self.total = Usage(
            model_calls=before.model_calls + usage.model_calls,
            input_tokens=before.input_tokens + usage.input_tokens,
            output_tokens=before.output_tokens + usage.output_tokens,
            cached_tokens=before.cached_tokens + usage.cached_tokens,
            cost_usd=before.cost_usd + cost,
        )
        self._context.usage_changed()

    def _cost(self, usage: Usage, model: str) -> float:
        price = price_of(msgspec.structs.replace(self._llm, model=model)) if model else None
        if price is None:
            return 0.0
        fresh = max(0, usage.input_tokens - usage.cached_tokens)
        return (fresh * price.input + usage.cached_tokens * price.cached + usage.output_tokens * price.output) / 1e6


def increase(before: Usage, now: Usage) -> Usage:
    """The difference between a framework's running total and what was counted of it before."""
    return Usage(
        model_calls=now.model_calls - before.model_calls,
        input_tokens=now.input_tokens - before.input_tokens,
        output_tokens=now.output_tokens - before.output_tokens,
        cached_tokens=now.cached_tokens - before.cached_tokens,
    )
