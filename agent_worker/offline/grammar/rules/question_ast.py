"""What a question says, before anything is looked up: the grammar's result and the resolver's input."""

from dataclasses import dataclass, field
from typing import Literal

from agent_worker.offline.lexer.lexemes import Lexeme

Operator = Literal["=", "!=", "<", "<=", ">", ">=", "in", "not in", "between", "null", "set", "true", "false"]


@dataclass(frozen=True, slots=True)
class Moment:
    """A point or stretch of time as people say it; what was not said is None."""

    text: str
    year: int | None = None
    quarter: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class MeasureDraft:
    """`agg` of what `item` names; no item: of what the question is about. `other` is a correlation's second column;
    `over` is an aggregate of the aggregates of all groups, as in "average number of flights per day".
    """

    agg: str
    item: Lexeme | None = None
    distinct: bool = False
    other: Lexeme | None = None
    over: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """`subject operator operands`. Without a subject the operands are values that tell their column.

    `role` is "from" or "to" where the question said so; `told` counts the verbs before it, so that "of the flights
    from JFK, what share *were* late" keeps its two halves apart. `within`: a word such as "in" stood before.
    `every`: the operands were joined by "and".
    """

    operator: Operator
    operands: tuple[Lexeme, ...] = ()
    moments: tuple[Moment, ...] = ()
    subject: Lexeme | None = None
    role: str = ""
    told: int = 0
    item: Lexeme | None = None
    within: bool = False
    every: bool = False


@dataclass(frozen=True, slots=True)
class Having:
    """A condition on an aggregate: "airlines with more than 10,000 flights"."""

    measure: MeasureDraft
    operator: Operator
    numbers: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The first `limit` (None: all) in a direction, by a measure or, with none, by the question's only one."""

    direction: str
    limit: int | None
    measure: MeasureDraft | None = None
    single: bool = False


@dataclass(slots=True)
class QuestionAst:
    """Everything a question said. `nouns` are names whose part is settled once the whole question is read.

    `follows` and `begins_with_and`: its words point at an earlier question; `adds`: its groups come on top;
    `leans`: it means nothing without the earlier one.
    """

    measures: list[MeasureDraft] = field(default_factory=list)
    dims: list[Lexeme] = field(default_factory=list)
    asked: list[Lexeme] = field(default_factory=list)
    nouns: list[Lexeme] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    havings: list[Having] = field(default_factory=list)
    ranking: Ranking | None = None
    share: str = ""
    listing: bool = False
    distinct: bool = False
    follows: bool = False
    adds: bool = False
    leans: bool = False
    begins_with_and: bool = False
    notes: list[str] = field(default_factory=list)
