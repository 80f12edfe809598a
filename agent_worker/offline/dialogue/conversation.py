"""What a question means after the questions before it: a fragment, the answer to a question asked back, or neither."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent_worker.offline.binder.rules.choose_base import resolve
from agent_worker.offline.binder.rules.query_ir import QueryIR
from agent_worker.offline.binder.rules.scope import Scope
from agent_worker.offline.dialogue.merge import is_fragment, merge
from agent_worker.offline.grammar.rules.parser import parse
from agent_worker.offline.grammar.rules.question_ast import QuestionAst
from agent_worker.offline.lexer.lexemes import Ambiguous, Lexeme
from agent_worker.offline.lexer.lexer import Lexicon
from agent_worker.plan import Turn

_REMEMBERED = 8
_LONGEST_CHARS = 600


@dataclass(frozen=True, slots=True)
class Understood:
    """A question read to its end: what it said, and what that means."""

    draft: QuestionAst
    reading: QueryIR
    scope: Scope


class NotUnderstood(Exception):
    """A question that asks back: `text` is the question in which `problem` lies."""

    def __init__(self, text: str, problem: Ambiguous) -> None:
        super().__init__(problem.message)
        self.text = text
        self.problem = problem

    @property
    def item(self) -> Lexeme | None:
        """The piece of `text` that has no place; None where the trouble lies in an earlier question."""
        item = self.problem.item
        return item if item is not None and self.text[item.start : item.end] == item.text else None


class Conversation:
    """The earlier questions of a conversation, read again from their texts: nothing is kept between jobs."""

    def __init__(self, lexicon: Lexicon, history: Sequence[Turn]) -> None:
        self.lexicon = lexicon
        self.context: QuestionAst | None = None
        self.open: NotUnderstood | None = None
        for turn in history[-_REMEMBERED:]:
            try:
                self.context, self.open = self.understand(turn.question).draft, None
            except NotUnderstood as misread:
                self.open = misread

    def understand(self, question: str) -> Understood:
        """Read a question in its place. Raises `NotUnderstood`."""
        try:
            return self._read(question)
        except NotUnderstood as misread:
            answered = self._as_answer(question)
            if answered is not None:
                return answered
            raise misread from None

    def _read(self, question: str) -> Understood:
        if len(question) > _LONGEST_CHARS:
            raise NotUnderstood(
                question,
                Ambiguous(f"This question has {len(question):,} characters; up to {_LONGEST_CHARS} can be read."),
            )
        text, items, notes = self.lexicon.spelled(question)
        try:
            draft = replace(parse(items), notes=notes)
            if self.context is not None and is_fragment(draft):
                draft = merge(self.context, draft, self.lexicon.names.referred)
            elif draft.leans:
                raise Ambiguous("There is no earlier question to go on from: please ask the whole question.")
            return Understood(draft, *resolve(self.lexicon.names, draft))
        except Ambiguous as problem:
            raise NotUnderstood(text, problem) from problem

    def _as_answer(self, answer: str) -> Understood | None:
        """The earlier question with the answer in place of what was not understood in it."""
        if self.open is None or self.open.item is None:
            return None
        item, text = self.open.item, self.open.text
        try:
            return self._read(text[: item.start] + answer.strip() + text[item.end :])
        except NotUnderstood:
            return None
