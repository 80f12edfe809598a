"""Where the grammar of conditions puts what it has read."""

from agent_worker.offline.english.phrases import Kind
from agent_worker.offline.grammar.rules.cursor import Cursor
from agent_worker.offline.grammar.rules.question_ast import (
    Condition,
    Having,
    MeasureDraft,
    Moment,
    Operator,
    QuestionAst,
)
from agent_worker.offline.lexer.lexemes import Lexeme

LEAD = (Kind.PREP, Kind.GLUE, Kind.VERB)
"""Words before a condition that carry nothing in it."""

_OPPOSITE: dict[str, Operator] = {"=": "!=", "!=": "=", "in": "not in", "<": ">=", ">": "<=", "<=": ">", ">=": "<"}


class ConditionBuilder:
    """Adds conditions to the draft, with their place in the question: `mark` is where the one at hand began."""

    def __init__(self, cursor: Cursor, draft: QuestionAst) -> None:
        self.cursor = cursor
        self.draft = draft
        self.mark = 0

    def add(
        self,
        operator: Operator,
        subject: Lexeme | None,
        *operands: Lexeme,
        moments: tuple[Moment, ...] = (),
        role: str = "",
        within: bool = False,
    ) -> bool:
        """Add a condition; always true, so that a rule can end with it."""
        item = operands[0] if operands else subject or self._said()
        told = sum(item.kind is Kind.VERB for item in self.cursor.items[: self.cursor.at])
        every = len(operands) > 1 and any(
            other.kind is Kind.AND and operands[0].end <= other.start < operands[-1].start
            for other in self.cursor.items
        )
        self.draft.conditions.append(Condition(operator, operands, moments, subject, role, told, item, within, every))
        return True

    def having(self, agg: str, name: Lexeme, operator: Lexeme, number: Lexeme) -> bool:
        """ "with more than 10,000 flights", "with revenue over 1,000": a condition on groups."""
        self.draft.havings.append(Having(MeasureDraft(agg, name), sign_of(operator), (number.number or 0.0,)))
        return True

    def _said(self) -> Lexeme:
        """All that the condition at hand has said, as one item."""
        items = self.cursor.items[self.mark : self.cursor.at]
        text = " ".join(item.text for item in items)
        return Lexeme(Kind.DATE, text, items[0].start, items[-1].end)


def sign_of(item: Lexeme, negated: bool = False) -> Operator:
    """The operator that a comparing word stands for, or its opposite."""
    return _OPPOSITE[item.word] if negated else item.word  # type: ignore[return-value]


def listed(operands: tuple[Lexeme, ...], negated: bool) -> Operator:
    """The operator for one value or several."""
    plain: Operator = "in" if len(operands) > 1 else "="
    return _OPPOSITE[plain] if negated else plain
