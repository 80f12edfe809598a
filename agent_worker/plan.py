"""What a planner decides: run a statement, ask back, or answer at once."""

from typing import Literal

import msgspec

from bus.contract.events import Clarification
from bus.wire.worker import ConversationTurn as Turn

__all__ = ["ChartHint", "ChartKind", "DirectAnswer", "Plan", "SqlPlan", "Turn"]

ChartKind = Literal["line", "bar", "scatter"]


class ChartHint(msgspec.Struct, frozen=True):
    """Which columns of the result make a picture; the executor turns it into a checked Vega-Lite spec."""

    kind: ChartKind
    x: str
    y: str
    color: str | None = None


class SqlPlan(msgspec.Struct, frozen=True):
    """Run `sql`. `reading` says in plain words how the question was understood, for people; `note` is markdown to stand
    behind the answer."""

    sql: str
    title: str = ""
    reading: str = ""
    chart: ChartHint | None = None
    note: str = ""


class DirectAnswer(msgspec.Struct, frozen=True):
    """No data needed: `text` is the answer, in markdown."""

    text: str


Plan = SqlPlan | Clarification | DirectAnswer
