"""What a job's model calls have used, counted while they stream, and the limits on it."""

from collections.abc import Callable

import msgspec

from agent_worker.llm.errors import BudgetExceeded, LimitName
from bus.contract.events import Usage
from bus.contract.settings import Price

CHARS_PER_TOKEN = 4
"""A stopped stream never tells its tokens, so they are estimated from the characters that went and came."""

CACHE_WRITE_FACTOR = 1.25
"""Input written to the provider's cache costs this much more than other input."""


class CallLimits(msgspec.Struct, frozen=True):
    """What one job may use; None is no limit. `left_of_day_usd` is what was reserved for it of
    its user's day."""

    max_model_calls: int | None = None
    max_output_tokens: int | None = None
    max_cost_usd: float | None = None
    left_of_day_usd: float | None = None


class Call:
    """One request to the model. Until the server has counted them, its tokens are estimated: those of the prompt from
    the moment that it is sent, so that they are paid for although nothing of the reply is ever heard."""

    def __init__(self, meter: "Meter", prompt_chars: int) -> None:
        self._meter = meter
        self._output_chars = 0
        self._input_counted = False
        self.input_tokens = _tokens(prompt_chars)
        self.cached_tokens = 0
        self.written_tokens = 0
        self.output_tokens = 0
        self.estimated = True
        self.reply_limit: tuple[int, BudgetExceeded] | None = None
        """How many tokens the reply may have before it costs too much, and what is to be raised then."""

    def started(self, input_tokens: int, cached_tokens: int = 0, written_tokens: int = 0) -> None:
        """The server answers; its count of the input: fresh, read from its cache, written to its cache. Raises
        BudgetExceeded."""
        self._input_counted = True
        self.input_tokens = input_tokens
        self.cached_tokens = cached_tokens
        self.written_tokens = written_tokens
        self._meter.changed()
        self._meter.check()

    def produced(self, chars: int) -> None:
        """More text (thinking counts too) has come. Raises BudgetExceeded."""
        self._output_chars += chars
        self.output_tokens = _tokens(self._output_chars)
        if self.reply_limit is not None and self.output_tokens > self.reply_limit[0]:
            self.output_tokens = self.reply_limit[0]
            raise self.reply_limit[1]
        self._meter.check()

    def finished(self, output_tokens: int) -> None:
        """The server's own count; servers that do not count say 0, and then the estimate stays."""
        if output_tokens or not self._output_chars:
            self.output_tokens = output_tokens
            self.estimated = not self._input_counted
        self._meter.changed()

    def refused(self) -> None:
        """The server never took the request: it costs nothing and is not counted."""
        self.input_tokens, self.estimated = 0, False
        self._meter.forget(self)

    @property
    def cost_usd(self) -> float:
        price = self._meter.price
        if price is None:
            return 0.0
        fresh = self.input_tokens + CACHE_WRITE_FACTOR * self.written_tokens
        return (fresh * price.input + self.cached_tokens * price.cached + self.output_tokens * price.output) / 1e6


class Meter:
    """Sums a job's calls. With no price the cost stays 0 and `max_cost_usd` cannot be held. `on_change` is called when
    more is known of what was used than what has come of a reply."""

    def __init__(
        self, price: Price | None = None, limits: CallLimits | None = None, on_change: Callable[[], None] = lambda: None
    ) -> None:
        self.price = price
        self.limits = limits or CallLimits()
        self.changed = on_change
        self._calls: list[Call] = []
        self._prompted_usd = 0.0
        """What is spent at most once the prompt of the newest call is read: each of its characters may be a token."""

    def begin(self, prompt_chars: int) -> Call:
        """Count a call that is about to be sent; `prompt_chars` is its size. Raises BudgetExceeded, also where its
        prompt alone would cost too much."""
        self._hold("max_model_calls", len(self._calls) + 1, self.limits.max_model_calls)
        self.check()
        self._prompted_usd = self.cost_usd + self._dearest_usd(prompt_chars)
        for name, maximum in self._cost_limits():
            if self._prompted_usd > maximum or maximum <= 0:
                raise BudgetExceeded(name, self._prompted_usd, maximum, ahead=True)
        call = Call(self, prompt_chars)
        call.reply_limit = self._reply_limit()
        self._calls.append(call)
        self.changed()
        return call

    def forget(self, call: Call) -> None:
        self._calls.remove(call)
        self.changed()

    def check(self) -> None:
        """Raise BudgetExceeded if tokens or cost have gone past their limit."""
        self._hold("max_output_tokens", sum(call.output_tokens for call in self._calls), self.limits.max_output_tokens)
        for name, maximum in self._cost_limits():
            self._hold(name, self.cost_usd, maximum)

    @property
    def cost_usd(self) -> float:
        return sum(call.cost_usd for call in self._calls)

    @property
    def share_used(self) -> float:
        """Of the limit that is nearest, from 0 to 1 and beyond."""
        limits: list[tuple[float, float | None]] = [
            (len(self._calls), self.limits.max_model_calls),
            (sum(call.output_tokens for call in self._calls), self.limits.max_output_tokens),
            *((self.cost_usd, maximum) for _, maximum in self._cost_limits()),
        ]
        return max(
            (used / maximum if maximum > 0 else 1.0 for used, maximum in limits if maximum is not None), default=0.0
        )

    def _reply_limit(self) -> tuple[int, BudgetExceeded] | None:
        """Of the call that is begun; None where the cost has no limit. At least 1 token: no server takes less."""
        limits = self._cost_limits()
        if self.price is None or not self.price.output or not limits:
            return None
        name, maximum = min(limits, key=lambda limit: limit[1])
        tokens = int((maximum - self._prompted_usd) / self.price.output * 1e6)
        return max(1, tokens), BudgetExceeded(name, maximum, maximum, ahead=True)

    def _dearest_usd(self, prompt_chars: int) -> float:
        return prompt_chars * CACHE_WRITE_FACTOR * self.price.input / 1e6 if self.price is not None else 0.0

    def _cost_limits(self) -> list[tuple[LimitName, float]]:
        limits: list[tuple[LimitName, float | None]] = [
            ("max_cost_usd", self.limits.max_cost_usd),
            ("max_cost_usd_per_user_day", self.limits.left_of_day_usd),
        ]
        return [(name, maximum) for name, maximum in limits if maximum is not None]

    def usage(self) -> Usage:
        """What has been used so far; `rows` and `chunks` are not known here and stay 0."""
        return Usage(
            model_calls=len(self._calls),
            input_tokens=sum(call.input_tokens + call.written_tokens for call in self._calls),
            output_tokens=sum(call.output_tokens for call in self._calls),
            cached_tokens=sum(call.cached_tokens for call in self._calls),
            cost_usd=self.cost_usd,
            estimated=any(call.estimated for call in self._calls),
        )

    def _hold(self, name: LimitName, value: float, maximum: float | None) -> None:
        if maximum is not None and value > maximum:
            raise BudgetExceeded(name, value, maximum)


def _tokens(chars: int) -> int:
    return -(-chars // CHARS_PER_TOKEN)
