"""The question back: what was understood, what was not, and questions that work."""

from functools import cached_property

from agent_worker.offline.asking_back.chip_wording import hinted, likely_figures
from agent_worker.offline.asking_back.choose_chips import Chip, chips_for
from agent_worker.offline.asking_back.segments import Segments
from agent_worker.offline.english import senses
from agent_worker.offline.question.cut import Segment, SegmentKind
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
        segments = Segments(self.single, self.problem.text)
        sentences = [self._remark, _understood(segments), self._trouble(segments), _invitation(segments)]
        return " ".join(sentence for sentence in sentences if sentence)

    def _trouble(self, segments: Segments) -> str:
        """The sentence that says why there is no answer; of a question word it says nothing."""
        message, segment = self.problem.problem.message, self.problem.segment
        if senses.CHANGES & {word for word in segments.words if not self.single.core.index.find((word,))}:
            return "Data are only read here, never changed."
        said = segment.text if segment else ""
        if segments.words & senses.ABSENCE and (not said or said.lower() in senses.ASKING | senses.ABSENCE):
            return "I read it as saying that something is missing, but not what: name both things."
        if said and said.lower() in senses.ASKING:
            unknown = [f"“{one.text}”" for one in segments.unknown][:2]
            return f"{_UNKNOWN} {' and '.join(unknown)} means in these data." if unknown else _NOT_WHOLE
        if segment is not None and segment.kind is SegmentKind.VAGUE:
            return f"“{said}” can be meant in several ways."
        return message if message.startswith(("I ", "“", "Which", "Is ")) or len(message) > 20 else _NOT_WHOLE


_NOT_WHOLE = "I cannot tell how the rest of the question belongs to it."


def _understood(segments: Segments) -> str:
    """ "I understood “airports” (the table airports) and “Boston” (airports.name)." """
    known = [f"“{segment.text}” ({_place(segments, segment)})" for segment in (*segments.names, *segments.values)]
    known = list(dict.fromkeys(known))[:_MOST_SAID]
    if not known:
        names = list(segments.schema.tables)
        more = f", {len(names) - 6} more" if len(names) > 6 else ""
        return f"These data are about {', '.join(names[:6])}{more}."
    return f"I understood {', '.join(known)}."


def _place(segments: Segments, segment: Segment) -> str:
    if segment.values:
        return f"a value of {segment.values[0].table}.{segment.values[0].column}"
    if segment.is_table:
        return f"the table {next(c.table for c in segment.names if c.column is None)}"
    found = list(dict.fromkeys(f"{c.table}.{c.column}" for c in segment.names if c.column))
    tables = [f"the table {c.table}" for c in segment.names if c.column is None and c.measure is None]
    return " or ".join(found[:3]) or (tables[0] if tables else "a measure")


def _invitation(segments: Segments) -> str:
    """How to go on, with a sentence that teaches the first unknown word where one comes to mind."""
    example = _lesson(segments, segments.unknown[0].text.lower()) if segments.unknown else ""
    return f"Choose one of these, or tell me, as in “{example}”." if example else _CHOOSE


_CHOOSE = "Choose one of these, or say it in other words."


def _lesson(segments: Segments, word: str) -> str:
    """A sentence about these data that teaches a word, or ""."""
    if word in senses.HINTS:
        columns = [
            c for table in segments.tables for c in hinted(segments, table, senses.HINTS[word]) if c.kind == "number"
        ]
        side = "over" if word in senses.DESCENDING else "under"
        return f"by {word} I mean {columns[0].spoken} {side} {_middle(columns[0])}" if columns else ""
    amounts = likely_figures(segments, word in senses.MONEY)
    noun = word in senses.MONEY or bool(segments.all and segments.all[0].kind is SegmentKind.FIGURE)
    return f"{word} is the sum of {amounts[0].spoken}" if amounts and noun else ""


def _middle(column: Column) -> str:
    """A number between the least and the largest."""
    known = numbers_of(column.info)
    return f"{float(f'{sum(known) / 2:.2g}'):.15g}" if known else "10"
