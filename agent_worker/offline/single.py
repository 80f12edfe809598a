"""One question by itself, or as it goes on from an earlier one: a statement, or what stands in the way of one."""

import re
from dataclasses import dataclass, replace
from functools import cached_property

import msgspec

from agent_worker.offline.binder.query import Compare, Query, Ref
from agent_worker.offline.binder.rules.choose_base import resolve
from agent_worker.offline.dialogue.about_data import about
from agent_worker.offline.dialogue.doubts import UNSURE, doubt
from agent_worker.offline.dialogue.merge import is_fragment, merge
from agent_worker.offline.english.tokens import stem
from agent_worker.offline.grammar.rules.parser import parse
from agent_worker.offline.grammar.rules.question_ast import QuestionAst
from agent_worker.offline.grammar.selecting import stands_alone
from agent_worker.offline.lexer.lexemes import Ambiguous, Lexeme
from agent_worker.offline.lexer.lexer import Lexicon
from agent_worker.offline.output.describe import Description
from agent_worker.offline.output.sql import statement
from agent_worker.offline.output.wording import chart_of, reading_words, title_of
from agent_worker.offline.readings import Core
from agent_worker.offline.schema.roles import Kind as Holds
from agent_worker.plan import DirectAnswer, SqlPlan
from bus.contract.catalog import Catalog

LONGEST_CHARS = 600
_DATED = re.compile(
    r"\b(?:by|per|each|every|monthly|daily|weekly|yearly|in|since|before|after|between|during|on|until)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Understood:
    """A question read to its end. `draft` is what a fragment behind it goes on from, where that can be told."""

    plan: SqlPlan | DirectAnswer
    draft: QuestionAst | None = None


class NotUnderstood(Exception):
    """No answer: `problem` lies in `text`, at `item` where it is one piece of it. `questions` may be meant instead."""

    def __init__(self, text: str, problem: Ambiguous, questions: tuple[str, ...] = ()) -> None:
        super().__init__(problem.message)
        self.text = text
        self.problem = problem
        self.questions = questions

    @property
    def item(self) -> Lexeme | None:
        """The piece of `text` that has no place; None where the trouble lies elsewhere."""
        item = self.problem.item
        return item if item is not None and self.text[item.start : item.end] == item.text else None


class Single:
    """Plans questions over one catalog; what is known of the catalog's words is looked up once."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.lexicon = Lexicon(catalog)
        self._alone: dict[str, Understood | NotUnderstood] = {}

    @cached_property
    def core(self) -> Core:
        return Core(self.catalog, self.lexicon.values)

    def works(self, question: str) -> SqlPlan | None:
        """The statement of a question that is understood by itself, or None."""
        try:
            found = self.alone(question).plan
        except NotUnderstood:
            return None
        return found if isinstance(found, SqlPlan) else None

    def alone(self, question: str) -> Understood:
        """What a question means that has no other before it. Raises `NotUnderstood`."""
        if question not in self._alone:
            try:
                self._alone[question] = self.after(question, None)
            except NotUnderstood as problem:
                self._alone[question] = problem
        found = self._alone[question]
        if isinstance(found, NotUnderstood):
            raise found
        return found

    def after(self, question: str, before: QuestionAst | None, *, days: bool = False) -> Understood:
        """What a question means behind the one of which `before` is the draft. `days`: it says days, which only the
        reader of rules knows. Raises `NotUnderstood`."""
        if len(question) > LONGEST_CHARS:
            problem = f"This question has {len(question):,} characters; up to {LONGEST_CHARS} can be read."
            raise NotUnderstood(question, Ambiguous(problem))
        whole = None if days or (before is not None and not stands_alone(question)) else self._whole(question)
        if whole is not None:
            return Understood(self._with_units(whole))
        try:
            found = self._by_rules(question, before)
            assert isinstance(found.plan, SqlPlan)
            return replace(found, plan=self._with_units(found.plan))
        except NotUnderstood:
            if said := about(question, self.lexicon.names):
                return Understood(said)
            raise

    def _with_units(self, plan: SqlPlan) -> SqlPlan:
        """The plan with the units that the owner has declared for its columns."""
        units = {tuple(place.split(".", 1)): unit for place, unit in self.catalog.description.units.items()}
        used = [
            (column, unit) for (table, column), unit in units.items()
            if all(re.search(rf"\b{re.escape(name)}\b", plan.sql) for name in (table, column))
        ]  # fmt: skip
        said = "".join(f" {column.replace('_', ' ')} is in {unit}." for column, unit in used)
        return msgspec.structs.replace(plan, reading=f"{plan.reading}{said}")

    def draft_of(self, question: str, before: QuestionAst | None) -> QuestionAst | None:
        """What a fragment behind a question goes on from, where the reader of rules understands it too."""
        try:
            return self._by_rules(question, before).draft
        except NotUnderstood:
            return None

    def _whole(self, question: str) -> SqlPlan | None:
        """The answer to a question that has one clear reading. Not where it may name a measure or a date that the owner
        has declared: only the other reader knows those. Raises `NotUnderstood` where it says two things at once, so
        that no reader may answer."""
        described = self.catalog.description
        words = {stem(word) for word in re.findall(r"\w+", question.lower())}
        measured = any({stem(w) for w in re.findall(r"\w+", m.name.lower())} <= words for m in described.measures)
        pointed = {
            word for word, place in described.synonyms.items() if any(m.name == place for m in described.measures)
        }
        measured = measured or any(stem(word.split()[-1].lower()) in words for word in pointed)
        if measured or (described.default_dates and _DATED.search(question)):
            return None
        found = self.core.read(question)
        notes: list[str] = []
        if not found.found and found.problem.startswith("word"):
            question, _, notes = self.lexicon.spelled(question)
            found = self.core.read(question) if notes else found
        reading = found.clear
        if reading is None and found.doubtful:
            raise NotUnderstood(question, Ambiguous(UNSURE))
        if reading is None or self._dated_elsewhere(reading.query, words):
            return None
        said = Description(self.core.schema, reading.query)
        return SqlPlan(reading.sql, said.title(), " ".join((*notes, said.reading())), said.chart())

    def _dated_elsewhere(self, query: Query, words: set[str]) -> bool:
        """Whether a day was read as one of another table, though its column is not named and the own table has dates:
        "appointments since 2026" are not those of patients born since."""
        schema = self.core.schema
        own = any(column.kind is Holds.DATE for column in schema.tables[query.base].columns)
        for condition in query.conditions if own else ():
            ref = condition.expr if isinstance(condition, Compare) else None
            if isinstance(ref, Ref) and ref.path:
                column = schema.columns[ref.table, ref.column]
                if column.kind is Holds.DATE and not {stem(word) for word in column.words} & words:
                    return True
        return False

    def _by_rules(self, question: str, before: QuestionAst | None) -> Understood:
        text, items, notes = self.lexicon.spelled(question)
        try:
            draft = replace(parse(items), notes=notes)
            goes_on = is_fragment(draft)
            if before is not None and goes_on:
                draft = merge(before, draft, self.lexicon.names.referred)
            elif draft.leans:
                raise Ambiguous("There is no earlier question to go on from: please ask the whole question.")
            reading, scope = resolve(self.lexicon.names, draft)
            if (before is None or not goes_on) and (problem := doubt(text, reading, self.lexicon.names)):
                raise Ambiguous(problem)
        except Ambiguous as problem:
            raise NotUnderstood(text, problem) from problem
        words = reading_words(reading)
        return Understood(SqlPlan(statement(scope, reading), title_of(reading), words, chart_of(reading)), draft)
