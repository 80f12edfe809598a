"""The question back: what was understood, what was not, and questions that work."""

from functools import cached_property

from agent_worker.offline.asking_back.chips import Chip, chips_for
from agent_worker.offline.asking_back.pieces import Pieces
from agent_worker.offline.asking_back.proposals import hinted, likely_figures
from agent_worker.offline.english import senses
from agent_worker.offline.question.cut import Kind, Piece
from agent_worker.offline.question.single import NotUnderstood, Single
from agent_worker.offline.schema.model import Column
from agent_worker.offline.schema.ranges import numbers_of
from bus.contract.events import Clarification

_MOST_SAID = 4
_UNKNOWN = "I do not know what"


class AskBack:
    """A question that was asked back. What is offered is looked for when it is needed, and the same each time."""

    def __init__(
        self, single: Single, problem: NotUnderstood, remark: str = "", refused: frozenset[str] = frozenset()
    ) -> None:
        self.single = single
        self.problem = problem
        self._remark = remark
        self._refused = refused

    @cached_property
    def chips(self) -> list[Chip]:
        return chips_for(self.single, self.problem, self._refused)

    def again(self, remark: str) -> "AskBack":
        """The same, with a remark on what was answered."""
        return AskBack(self.single, self.problem, remark, self._refused)

    def others(self, remark: str) -> "AskBack":
        """The same with other questions to choose from."""
        refused = self._refused | {chip.sql for chip in self.chips}
        return AskBack(self.single, self.problem, remark, refused)

    def clarification(self) -> Clarification:
        chips = self.chips
        return Clarification(self._words(), [chip.question for chip in chips], chips[0].sql)

    def _words(self) -> str:
        pieces = Pieces(self.single, self.problem.text)
        sentences = [self._remark, _understood(pieces), self._trouble(pieces), _invitation(pieces)]
        return " ".join(sentence for sentence in sentences if sentence)

    def _trouble(self, pieces: Pieces) -> str:
        """What stands in the way, without a word about words of asking."""
        message, item = self.problem.problem.message, self.problem.item
        if senses.CHANGES & {word for word in pieces.words if not self.single.core.index.find((word,))}:
            return "Data are only read here, never changed."
        said = item.text if item else ""
        if pieces.words & senses.ABSENCE and (not said or said.lower() in senses.ASKING | senses.ABSENCE):
            return "I read it as saying that something is missing, but not what: name both things."
        if said and said.lower() in senses.ASKING:
            unknown = [f"“{one.text}”" for one in pieces.unknown][:2]
            return f"{_UNKNOWN} {' and '.join(unknown)} means in these data." if unknown else _NOT_WHOLE
        if item is not None and item.kind is Kind.VAGUE:
            return f"“{said}” can be meant in several ways."
        return message if message.startswith(("I ", "“", "Which", "Is ")) or len(message) > 20 else _NOT_WHOLE


_NOT_WHOLE = "I cannot tell how the rest of the question belongs to it."


def _understood(pieces: Pieces) -> str:
    """ "I understood “airports” (the table airports) and “Boston” (airports.name)." """
    known = [f"“{item.text}” ({_place(pieces, item)})" for item in (*pieces.names, *pieces.values)]
    known = list(dict.fromkeys(known))[:_MOST_SAID]
    if not known:
        names = list(pieces.schema.tables)
        more = f", {len(names) - 6} more" if len(names) > 6 else ""
        return f"These data are about {', '.join(names[:6])}{more}."
    return f"I understood {', '.join(known)}."


def _place(pieces: Pieces, item: Piece) -> str:
    if item.values:
        return f"a value of {item.values[0].table}.{item.values[0].column}"
    if item.is_table:
        return f"the table {next(c.table for c in item.names if c.column is None)}"
    found = list(dict.fromkeys(f"{c.table}.{c.column}" for c in item.names if c.column))
    tables = [f"the table {c.table}" for c in item.names if c.column is None and c.measure is None]
    return " or ".join(found[:3]) or (tables[0] if tables else "a measure")


def _invitation(pieces: Pieces) -> str:
    """How to go on, with a sentence that teaches the first unknown word where one comes to mind."""
    example = _lesson(pieces, pieces.unknown[0].text.lower()) if pieces.unknown else ""
    return f"Choose one of these, or tell me, as in “{example}”." if example else _CHOOSE


_CHOOSE = "Choose one of these, or say it in other words."


def _lesson(pieces: Pieces, word: str) -> str:
    """A sentence about these data that teaches a word, or ""."""
    if word in senses.HINTS:
        columns = [
            c for table in pieces.tables for c in hinted(pieces, table, senses.HINTS[word]) if c.kind == "number"
        ]
        side = "over" if word in senses.DESCENDING else "under"
        return f"by {word} I mean {columns[0].spoken} {side} {_middle(columns[0])}" if columns else ""
    figures = likely_figures(pieces, word in senses.MONEY)
    noun = word in senses.MONEY or bool(pieces.items and pieces.items[0].kind is Kind.FIGURE)
    return f"{word} is the sum of {figures[0].spoken}" if figures and noun else ""


def _middle(column: Column) -> str:
    """A number between the least and the largest."""
    known = numbers_of(column.info)
    return f"{float(f'{sum(known) / 2:.2g}'):.15g}" if known else "10"
