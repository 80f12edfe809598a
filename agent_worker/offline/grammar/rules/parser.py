"""From items to a draft: what is measured, by what, of which, in which order. No look at the data's rows."""

from collections.abc import Sequence
from dataclasses import replace

from agent_worker.offline.english.phrases import Kind
from agent_worker.offline.english.vocabulary import ADVERBS
from agent_worker.offline.grammar.rules.conditions import Conditions
from agent_worker.offline.grammar.rules.cursor import Cursor
from agent_worker.offline.grammar.rules.measures import Measuring
from agent_worker.offline.grammar.rules.question_ast import MeasureDraft, QuestionAst
from agent_worker.offline.grammar.rules.ranking import Rankings
from agent_worker.offline.lexer.lexemes import Ambiguous, Lexeme, is_measure, is_table

_JOINERS = (Kind.AND, Kind.COMMA)
_SKIP = (Kind.GLUE, Kind.VERB, Kind.PREP, Kind.COMMA, Kind.AND)


def parse(items: Sequence[Lexeme]) -> QuestionAst:
    """Read the whole question. Raises `Ambiguous` for the first piece that has no place."""
    for at, item in enumerate(items):
        if item.kind is Kind.UNKNOWN and not any(letter.isdigit() for letter in item.text):
            raise _unknown(item, items[max(at - 2, 0) : at])
    return _Grammar(items).run()


class _Grammar:
    def __init__(self, items: Sequence[Lexeme]) -> None:
        self.cursor = Cursor(items)
        self.draft = QuestionAst()
        self.conditions = Conditions(self.cursor, self.draft)
        self.rankings = Rankings(self.cursor, self.draft)
        self.measuring = Measuring(self.cursor, self.draft)

    def run(self) -> QuestionAst:
        rules = (
            self.measuring.any,
            self.rankings.any,
            self._by,
            self._adverb,
            self._which,
            self._listing,
            self.measuring.pending_name,
            self.conditions.any,
            self.measuring.distinct,
            self._noun,
            self._follow,
            self._word,
        )
        while not self.cursor.done:
            if not any(self.cursor.attempt(rule) for rule in rules):
                item = self.cursor.peek()
                assert item is not None
                raise Ambiguous(_no_place(item), item)
        self.measuring.settle()
        self.draft.begins_with_and = bool(self.cursor.items) and self.cursor.items[0].kind is Kind.AND
        return self.draft

    def _by(self) -> bool:
        """ "by origin and month", "per carrier", "for each destination" """
        cursor = self.cursor
        cursor.skip(*_SKIP)
        role = cursor.take(Kind.ROLE)
        by = cursor.take(Kind.BY)
        if by is None:
            return False
        self._check_ratio(by)
        found = False
        while True:
            cursor.skip(Kind.GLUE, Kind.DISTINCT)
            item = cursor.take(Kind.NAME)
            if item is None:
                return found
            self.draft.dims.append(replace(item, word=role.word) if role else item)
            found = True
            mark = cursor.at
            if not cursor.take_past(_JOINERS, *_JOINERS) and not self._joined():
                return True
            cursor.take(Kind.BY)
            cursor.skip(Kind.GLUE)
            if not cursor.sees(Kind.NAME) or cursor.sees(Kind.CMP, ahead=1):
                cursor.at = mark
                return True

    def _check_ratio(self, by: Lexeme) -> None:
        """ "flights per seat" may be a quotient; "per carrier" and "per day" can only be groups."""
        name = self.cursor.peek()
        if by.text.lower() != "per" or name is None or name.unit or not name.names or is_table(name):
            return
        if name.names[0].kind == "number":
            raise Ambiguous(f"Is it divided by {name.text}, or grouped? Say “by {name.text}” for groups.", name)

    def _joined(self) -> bool:
        mark = self.cursor.at
        self.cursor.skip(*_JOINERS)
        return self.cursor.at > mark or self.cursor.sees(Kind.BY)

    def _adverb(self) -> bool:
        item = self.cursor.peek()
        if item is None or item.text.lower() not in ADVERBS:
            return False
        self.cursor.at += 1
        self.draft.dims.append(item)
        return True

    def _which(self) -> bool:
        cursor = self.cursor
        cursor.skip(Kind.GLUE, Kind.PREP, Kind.ROLE)
        if not cursor.take(Kind.WHICH):
            return False
        cursor.skip(Kind.GLUE, Kind.VERB)
        if cursor.sees(Kind.DISTINCT, Kind.NAME):
            self.draft.distinct |= cursor.take(Kind.DISTINCT) is not None
            name = cursor.take(Kind.NAME)
            if name is not None:
                self.draft.asked += [name, *self.rankings.more_names()]
                self.conditions.tail(self.draft.asked[-1])
        return True

    def _listing(self) -> bool:
        if not self.cursor.take(Kind.LIST):
            return False
        self.draft.listing = True
        return True

    def _noun(self) -> bool:
        joined = self.cursor.sees(Kind.AND, Kind.COMMA, ahead=-1)
        role = self.cursor.take(Kind.ROLE)
        if role is not None and role.word != "from":
            return False
        name = self.cursor.take(Kind.NAME)
        if name is None:
            return False
        if is_measure(name):
            self.draft.measures.append(MeasureDraft("measure", name))
            return True
        others = [*self.draft.nouns, *self.draft.asked]
        if not joined and not is_table(name) and any(not is_table(other) for other in others):
            raise Ambiguous(f"How do “{others[-1].text}” and “{name.text}” belong together?", name)
        last = self.cursor.peek()
        if last is not None and last.kind is Kind.COUNT and last.text.lower() in ("count", "counts"):
            self.cursor.at += 1
            self.draft.measures.append(MeasureDraft("count", name))
        else:
            self.draft.nouns.append(name)
        return True

    def _follow(self) -> bool:
        """Words that point at an earlier question, at either end of this one; "only" and "but" stand anywhere."""
        at = self.cursor.at
        word = self.cursor.take(Kind.FOLLOW)
        if word is None:
            return False
        before = self.cursor.items[:at]
        if self.cursor.done or all(item.kind in (Kind.FOLLOW, *_SKIP) for item in before):
            self.draft.follows = True
            self.draft.adds |= word.word == "also"
            self.draft.leans |= word.word == "add"
            return True
        return word.word == "only"

    def _word(self) -> bool:
        """A word that carries nothing by itself."""
        return self.cursor.take(*_SKIP) is not None


def _unknown(item: Lexeme, before: Sequence[Lexeme]) -> Ambiguous:
    if [other.kind for other in before] == [Kind.CMP, Kind.NUMBER]:
        return Ambiguous(
            f"The data do not say that anything is counted in “{item.text}”: leave it out if the column is, or give "
            "the number in the column's own unit.",
            item,
        )
    return Ambiguous(f"I do not know what “{item.text}” means in these data.", item)


def _no_place(item: Lexeme) -> str:
    if item.kind is Kind.VAGUE:
        return f"“{item.text}” can mean several things: say it with a column and a number or an order."
    if item.kind is Kind.NUMBER:
        return f"What does {item.text} belong to?"
    return f"I do not know what to do with “{item.text}” here."
