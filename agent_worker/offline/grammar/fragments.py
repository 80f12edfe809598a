"""What phrases say: typed parts of a query, with names not yet looked up. Rules return them and change nothing."""

from dataclasses import dataclass, field, fields
from typing import get_args

from agent_worker.offline.lexer.lattice import Name, Number, Value


@dataclass(frozen=True, slots=True)
class SelectItem:
    """One thing asked for or ranked by: a column, or an aggregate `fn` of one; a count without a name counts rows.

    `owner` is the noun it is said to belong to; `guessed`: "total" and "highest" may be read otherwise.
    """

    fn: str
    name: Name | None = None
    distinct: bool = False
    owner: Name | None = None
    guessed: bool = False
    since: Name | None = None
    """Where a time begins that ends with `name`."""
    unit: str = ""
    other: Name | None = None
    """The second column of a correlation."""
    dated: bool = False
    """The aggregate is of the date of the table `name`: "when was the last trip"."""
    rows: bool = False
    """A sum that may be a count of rows instead: "total orders" may be, a "total amount of orders" is not."""
    over: str = ""
    """An aggregate of the counts of all groups: "average number of flights per day"."""


@dataclass(frozen=True, slots=True)
class Select:
    """What is asked for, in order. `which`: it came after "which", so it is what the rest is said of; `single`: after
    "what is", so that one value is expected."""

    items: tuple[SelectItem, ...]
    distinct: bool = False
    which: bool = False
    single: bool = False
    terse: bool = False
    """Nothing opened it: "flights by month" asks how many there are."""
    bare: bool = field(default=False, compare=False)
    """Nothing opened it, and it may be rows or their sum: "hours in March". Not compared, so that of two parses that
    differ only in this the cheaper one is kept."""


@dataclass(frozen=True, slots=True)
class Everything:
    """All columns of what the question is about."""

    name: Name | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """A table or column that the rest is said of. `has`: one of these must exist."""

    name: Name
    has: bool = False
    of: bool = False
    distinct: bool = False
    again: bool = False
    """The same noun once more behind "and": what follows is said of other ones."""


@dataclass(frozen=True, slots=True)
class Average:
    """The average (or another aggregate) of the compared column, as in "above the average"; `name` says it again."""

    fn: str
    name: Name | None = None


Operand = Value | Number | Average


@dataclass(frozen=True, slots=True)
class Where:
    """`name operator operands`. Without a name the operands tell their column, or `hints`, words of its name."""

    name: Name | None
    operator: str
    operands: tuple[Operand, ...] = ()
    negated: bool = False
    label: bool = False
    hints: tuple[str, ...] = ()
    owner: Name | None = None
    both: bool = False
    firm: bool = True
    """Whether no preposition stands between the name and the value."""
    never: bool = False
    role: str = ""
    """ "from" or "to", where that word stands before it."""
    state: bool = False
    """The value is a state ("orders that are shipped"): no "for", "to" or "by" follows it."""
    unit: str = ""
    """What its number counts, where that is said: "longer than 45 minutes"."""
    dated: bool = False
    """A time is said with it: that of the row, which need not be the time when the value came to hold."""


@dataclass(frozen=True, slots=True)
class Flagged:
    """A condition on a column of yes and no: "active customers", "customers who are not active"."""

    name: Name
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Or:
    """The condition before and the one behind are alternatives."""


@dataclass(frozen=True, slots=True)
class HowMany:
    """`operator number` of things: "with at least two pets". A column of numbers may be meant instead."""

    name: Name | None
    operator: str
    number: Number


@dataclass(frozen=True, slots=True)
class Having:
    """A condition on a figure of each group: "with an average price above 3"."""

    item: SelectItem
    operator: str
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """One row for each of these, or, without names, for each of what is asked for. `firm`: said with each, every, per;
    else "by", which may be a preposition."""

    names: tuple[Name, ...]
    firm: bool = True
    role: str = ""
    """ "from" or "to", where that word stands before "each"."""


@dataclass(frozen=True, slots=True)
class Sort:
    """In the order of these (descending or not); without an item, of what is asked for first."""

    items: tuple[tuple[SelectItem | None, bool], ...]
    bare: bool = False
    """Only "by" says so: "list books by price"."""
    figure: bool = False
    """Groups stand by their figure: "highest first"."""


@dataclass(frozen=True, slots=True)
class Rank:
    """The first `limit` by an item, or by the one column that an adjective's `hints` name."""

    descending: bool
    limit: int
    item: SelectItem | None = None
    hints: tuple[str, ...] = ()
    common: bool = False
    most: bool = False
    nth: int = 1
    """Which of them: the second highest, with its equals."""
    figure: bool = False
    """By the one figure that is asked for: "average salary per team, top 3"."""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many of what is asked for: "the five carriers with …"."""

    size: int


@dataclass(frozen=True, slots=True)
class Absent:
    """None of these must exist: "without pets", "never taken a course"; or, as in "never ordered", nothing that a verb
    tells of."""

    name: Name | None
    verb: str = ""
    missing: bool = False
    """Said to be missing, or empty, rather than that there is none."""


@dataclass(frozen=True, slots=True)
class Verb:
    """A word that tells how things belong together: where the schema has one of its stem, that must be used."""

    word: str
    strict: bool = False
    """The schema must have a word of its stem."""
    states: tuple[tuple[str, str], ...] = ()
    """The columns that have the word for a value."""


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """A point or stretch of time as people say it; what was not said is None."""

    text: str
    year: int | None = None
    quarter: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None

    @property
    def is_year(self) -> bool:
        """Whether only a year is said."""
        return self.year is not None and self.quarter is None and self.month is None

    @property
    def is_written(self) -> bool:
        """Whether it is a day as 2013-07-04."""
        return self.day is not None and self.text[0].isdigit() and "-" in self.text


@dataclass(frozen=True, slots=True)
class When:
    """A condition on time: "in", "not in", "between" these times, or before and after them (<, <=, >, >=). `name` is
    the date's, where it is said."""

    operator: str
    times: tuple[TimeExpression, ...]
    name: Name | None = None


@dataclass(frozen=True, slots=True)
class Per:
    """One row for each unit of time; `name` is the date's, where it is said."""

    unit: str
    name: Name | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """The figure as a part of a whole: in `percent`, or as a fraction."""

    percent: bool


@dataclass(frozen=True, slots=True)
class Growth:
    """How a figure changes from one unit of time to the next."""


@dataclass(frozen=True, slots=True)
class OnAverage:
    """The average over all groups: "how many flights per day on average"."""


@dataclass(frozen=True, slots=True)
class InAll:
    """What is asked for is one figure of all: "the capacity of all rooms together"."""


@dataclass(frozen=True, slots=True)
class Told:
    """The verb of a share: what stands behind it says which part is meant; or only the next condition does."""

    next: bool = False


Fragment = (
    Select
    | Everything
    | Mention
    | Where
    | Flagged
    | Or
    | Having
    | HowMany
    | Group
    | Sort
    | Rank
    | Limit
    | Absent
    | Verb
    | When
    | Per
    | Share
    | Growth
    | OnAverage
    | InAll
    | Told
)


@dataclass(frozen=True, slots=True)
class Parse:
    """One way to read a whole question: its fragments in order, and what it costs to read it so."""

    fragments: tuple[Fragment, ...]
    cost: float


def names_in(value: object) -> list[Name]:
    """Every name in fragments."""
    if isinstance(value, Name):
        return [value]
    ones = value if isinstance(value, tuple) else [getattr(value, part) for part in _PARTS.get(type(value), ())]
    return [name for one in ones if type(one) not in _PLAIN for name in names_in(one)]


_PLAIN = (bool, str, int, float, type(None))
_PARTS = {
    kind: tuple(field.name for field in fields(kind)) for kind in (SelectItem, Average, Parse, *get_args(Fragment))
}
