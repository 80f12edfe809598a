"""What a job's model calls have used, counted while they stream, and the limits on it."""

import msgspec

from agent_worker.llm.errors import BudgetExceeded, LimitName
from bus.contract.events import Usage
from bus.contract.settings import Price

CHARS_PER_TOKEN = 4
"""A stopped stream never tells its tokens, so they are estimated from the characters that came."""

CACHE_WRITE_FACTOR = 1.25
"""Input written to the provider's cache costs this much more than other input."""


class CallLimits(msgspec.Struct, frozen=True):
    """What one job may use; None is no limit. `left_of_day_usd` is what its user may still spend today."""

    max_model_calls: int | None = None
    max_output_tokens: int | None = None
    max_cost_usd: float | None = None
    left_of_day_usd: float | None = None


class Call:
    """One request to the model. `close` must follow, however it ended."""

    def __init__(self, meter: "Meter", prompt_chars: int) -> None:
        self._meter = meter
        self._prompt_chars = prompt_chars
        self._output_chars = 0
        self._state = "sent"
        self.input_tokens = 0
        self.cached_tokens = 0
        self.written_tokens = 0
        self.output_tokens = 0
        self.estimated = False

    def started(self, input_tokens: int, cached_tokens: int = 0, written_tokens: int = 0) -> None:
        """The server answers; its count of the input: fresh, read from its cache, written to its cache."""
        self._state = "started"
        self.input_tokens = input_tokens
        self.cached_tokens = cached_tokens
        self.written_tokens = written_tokens

    def produced(self, chars: int) -> None:
        """More text (thinking counts too) has come. Raises BudgetExceeded."""
        self._output_chars += chars
        self.output_tokens = _tokens(self._output_chars)
        self.estimated = True
        self._meter.check()

    def finished(self, output_tokens: int) -> None:
        """The server's own count; servers that do not count say 0, and then the estimate stays."""
        self._state = "finished"
        if output_tokens or not self._output_chars:
            self.output_tokens = output_tokens
            self.estimated = False

    def refused(self) -> None:
        """The server never took the request: it costs nothing and is not counted."""
        self._state = "refused"
        self._meter.forget(self)

    def close(self) -> None:
        """Settle a call that was cut off: what was sent and what came is counted by us."""
        if self._state == "sent":
            self.input_tokens = _tokens(self._prompt_chars)
        if self._state in ("sent", "started"):
            self.estimated = True

    @property
    def cost_usd(self) -> float:
        price = self._meter.price
        if price is None:
            return 0.0
        fresh = self.input_tokens + CACHE_WRITE_FACTOR * self.written_tokens
        return (fresh * price.input + self.cached_tokens * price.cached + self.output_tokens * price.output) / 1e6


class Meter:
    """Sums a job's calls. With no price the cost stays 0 and `max_cost_usd` cannot be held."""

    def __init__(self, price: Price | None = None, limits: CallLimits | None = None) -> None:
        self.price = price
        self.limits = limits or CallLimits()
        self._calls: list[Call] = []

    def begin(self, prompt_chars: int) -> Call:
        """Count a call that is about to be sent; `prompt_chars` is its size. Raises BudgetExceeded."""
        self._hold("max_model_calls", len(self._calls) + 1, self.limits.max_model_calls)
        self.check()
        left_usd = self.limits.left_of_day_usd
        if left_usd is not None and left_usd <= 0:
            raise BudgetExceeded("max_cost_usd_per_user_day", 0, left_usd)
        call = Call(self, prompt_chars)
        self._calls.append(call)
        return call

    def forget(self, call: Call) -> None:
        self._calls.remove(call)

    def check(self) -> None:
        """Raise BudgetExceeded if tokens or cost have gone past their limit."""
        self._hold("max_output_tokens", sum(call.output_tokens for call in self._calls), self.limits.max_output_tokens)
        cost_usd = sum(call.cost_usd for call in self._calls)
        self._hold("max_cost_usd", cost_usd, self.limits.max_cost_usd)
        self._hold("max_cost_usd_per_user_day", cost_usd, self.limits.left_of_day_usd)

    def usage(self) -> Usage:
        """What has been used so far; `rows` and `chunks` are not known here and stay 0."""
        return Usage(
            model_calls=len(self._calls),
            input_tokens=sum(call.input_tokens + call.written_tokens for call in self._calls),
            output_tokens=sum(call.output_tokens for call in self._calls),
            cached_tokens=sum(call.cached_tokens for call in self._calls),
            cost_usd=sum(call.cost_usd for call in self._calls),
            estimated=any(call.estimated for call in self._calls),
        )

    def _hold(self, name: LimitName, value: float, maximum: float | None) -> None:
        if maximum is not None and value > maximum:
            raise BudgetExceeded(name, value, maximum)


def _tokens(chars: int) -> int:
    return -(-chars // CHARS_PER_TOKEN)
