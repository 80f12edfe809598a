"""What a job's model calls have used, counted while they stream, and the limits on it."""

from collections.abc import Callable

import msgspec

from agent_worker.llm.errors import BudgetExceeded, LimitName
from bus.contract.events import Usage
from bus.contract.settings import Price

CHARS_PER_TOKEN = 4
"""A stopped stream never tells its tokens, so they are estimated from what went and came: in bytes, which are the
characters of English, and no fewer than the tokens of any text."""

ADDED_TOKENS = 2**17
"""What a server may count beyond what it was sent: instructions of its own."""

LONGER = 4
"""How many times the tokens asked for, or seen, a server may count for a reply, because of thoughts."""

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

    def __init__(self, meter: "Meter", prompt_bytes: int) -> None:
        self._meter = meter
        self._prompt_bytes = prompt_bytes
        self._output_bytes = 0
        self._uncounted_bytes = 0
        self._counted_output = 0
        self._input_counted = False
        self.was_sent = False
        self.input_tokens = 0
        self.cached_tokens = 0
        self.written_tokens = 0
        self.output_tokens = 0
        self.estimated = True
        self.max_tokens: int | None = None
        """How long a reply the server is asked for, where it is."""
        self.reply_limit: tuple[int, BudgetExceeded] | None = None
        """How many tokens the reply may have before it costs too much, and what is to be raised then."""

    def sent(self) -> None:
        """The request is on its way."""
        self.was_sent = True
        self.input_tokens = _tokens(self._prompt_bytes)
        self._meter.changed()

    def not_sent(self) -> None:
        """Nothing of the request is on its way, or the server has not taken it."""
        self.was_sent, self.input_tokens = False, 0

    def started(self, input_tokens: int, cached_tokens: int = 0, written_tokens: int = 0) -> None:
        """The server's count of the input so far: fresh, read from its cache, written to its cache. One that cannot be
        is passed over, as is none. Raises BudgetExceeded."""
        known = self.input_tokens + self.cached_tokens + self.written_tokens if self._input_counted else 1
        if not known <= input_tokens + cached_tokens + written_tokens <= self._prompt_bytes + ADDED_TOKENS:
            return
        self._input_counted = True
        self.input_tokens = input_tokens
        self.cached_tokens = cached_tokens
        self.written_tokens = written_tokens
        self._meter.changed()
        self._meter.check()

    def produced(self, size_bytes: int) -> None:
        """More text (thinking counts too) has come. Raises BudgetExceeded."""
        self._output_bytes += size_bytes
        self._uncounted_bytes += size_bytes
        self.estimated = True
        self.output_tokens = self._counted_output + _tokens(self._uncounted_bytes)
        if self.reply_limit is not None and self.output_tokens > self.reply_limit[0]:
            self.output_tokens = self.reply_limit[0]
            raise self.reply_limit[1]
        self._meter.check()

    def finished(self, output_tokens: int) -> None:
        """The server's own count so far; servers that do not count say 0, and then the estimate stays, as it does for
        one that cannot be."""
        most = None if self.max_tokens is None else LONGER * max(self.max_tokens, self._output_bytes)
        if (output_tokens or not self._output_bytes) and (most is None or output_tokens <= most):
            self.output_tokens = self._counted_output = output_tokens
            self._uncounted_bytes = 0
            self.estimated = not self._input_counted
        self._meter.changed()

    def refused(self) -> None:
        """The server never took the request: it costs nothing and is not counted."""
        self.not_sent()
        self.estimated = False
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
        """What is spent at most once the prompt of the newest call is read: each of its bytes may be a token."""

    def begin(self, prompt_bytes: int) -> Call:
        """A call that is about to be sent, and costs nothing until it is; `prompt_bytes` is its size. Raises
        BudgetExceeded, also where its prompt alone would cost too much."""
        self._hold("max_model_calls", len(self._calls) + 1, self.limits.max_model_calls)
        self.check()
        self._prompted_usd = self.cost_usd + self._dearest_usd(prompt_bytes)
        for name, maximum in self._cost_limits():
            if self._prompted_usd > maximum or maximum <= 0:
                raise BudgetExceeded(name, self._prompted_usd, maximum, ahead=True)
        call = Call(self, prompt_bytes)
        call.reply_limit = self._reply_limit()
        self._calls.append(call)
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
        """How much of the limit that is nearest is used, from 0 to 1 and beyond."""
        limits: list[tuple[float, float | None]] = [
            (len(self._calls), self.limits.max_model_calls),
            (sum(call.output_tokens for call in self._calls), self.limits.max_output_tokens),
            *((self.cost_usd, maximum) for _, maximum in self._cost_limits()),
        ]
        return max(
            (used / maximum if maximum > 0 else 1.0 for used, maximum in limits if maximum is not None), default=0.0
        )

    def _reply_limit(self) -> tuple[int, BudgetExceeded] | None:
        """The most tokens that the reply of the begun call may have, and the error beyond them; None where the cost has
        no limit. At least 1 token: no server takes less."""
        limits = self._cost_limits()
        if self.price is None or not self.price.output or not limits:
            return None
        name, maximum = min(limits, key=lambda limit: limit[1])
        tokens = int((maximum - self._prompted_usd) / self.price.output * 1e6)
        return max(1, tokens), BudgetExceeded(name, maximum, maximum, ahead=True)

    def _dearest_usd(self, prompt_bytes: int) -> float:
        return prompt_bytes * CACHE_WRITE_FACTOR * self.price.input / 1e6 if self.price is not None else 0.0

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


def _tokens(size_bytes: int) -> int:
    return -(-size_bytes // CHARS_PER_TOKEN)
