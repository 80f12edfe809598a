"""The pieces a question is cut into, and why one may be refused."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from agent_worker.offline.english.word_kinds import Kind
from agent_worker.offline.schema.lookup import Candidate
from agent_worker.offline.schema.value_index import ValueRef


@dataclass(frozen=True)
class Lexeme:
    """A piece of a question: `start` and `end` are offsets in its text, `word` the vocabulary's word for it.

    For a name, `word` is the part it plays where that is said: "from" or "to". `names` are what it may mean as a name,
    `values` as a value, `unit` as a unit of time, `number` as a number.
    """

    kind: Kind
    text: str
    start: int
    end: int
    word: str = ""
    number: float | None = None
    names: tuple[Candidate, ...] = ()
    values: tuple[ValueRef, ...] = ()
    unit: str = ""

    def __repr__(self) -> str:
        return f"<{self.kind} {self.text!r}>"

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """By table, where among `names` its own stand: thousands of tables may have a column of one name."""
        found: dict[str, list[int]] = defaultdict(list)
        for at, candidate in enumerate(self.names):
            found[candidate.table].append(at)
        return found


def is_table(name: Lexeme) -> bool:
    """Whether a name is a table's in the first place: "flight" is, where there are flights and flight numbers."""
    return any(c.column is None and c.measure is None and c.cost <= 0.1 for c in name.names)


class Ambiguous(Exception):
    """A piece of the question has no place: the planner asks back.

    `message` is the question to the person; `options` are texts that could stand in place of `item`.
    """

    def __init__(self, message: str, item: Lexeme | None = None, options: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.item = item
        self.options = options
