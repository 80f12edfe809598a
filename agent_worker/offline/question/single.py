"""One question by itself, or as it goes on from an earlier one: a statement, or what stands in the way of one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

import msgspec

from agent_worker.offline.binder.query_ir import Compare, QueryIR, Ref
from agent_worker.offline.english.spelling import VOCABULARY, corrected
from agent_worker.offline.english.vocabulary import ABBREVIATIONS
from agent_worker.offline.english.word_forms import stem, stems
from agent_worker.offline.grammar.asked_for.selecting import stands_alone
from agent_worker.offline.grammar.continuing import asks_whole, goes_on, is_figure_alone, led_by
from agent_worker.offline.grammar.fragments import Select, names_in
from agent_worker.offline.output.describe import QueryDescription
from agent_worker.offline.question.about_data import about, rows_of
from agent_worker.offline.question.chart_words import drawn, is_that, with_chart
from agent_worker.offline.question.cut import Segment, SegmentKind, cut
from agent_worker.offline.question.interpretations import Core, Interpretation
from agent_worker.offline.question.several import questions_in, side_by_side
from agent_worker.offline.question.troubles import Ambiguous, Troubles
from agent_worker.offline.schema.roles import ColumnKind
from agent_worker.offline.schema.value_index import ValueIndex
from agent_worker.plan import DirectAnswer, SqlPlan
from bus.contract.catalog import Catalog

LONGEST_CHARS = 600
_SHORT = 2
"""So short a word is no slip of another."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A question read to its end. A text behind it goes on from its `interpretation`, of so many `words`, if any."""

    plan: SqlPlan | DirectAnswer
    interpretation: Interpretation | None = None
    words: int = 0


class NotUnderstood(Exception):
    """No answer: `problem` lies in `text`, at `segment` where it is one part of it. `questions` may be meant
    instead, the same in the data's own last period first; `within` are the words for that period."""

    def __init__(self, text: str, problem: Ambiguous, questions: tuple[str, ...] = (), within: str = "") -> None:
        super().__init__(problem.message)
        self.text = text
        self.problem = problem
        self.questions = questions
        self.within = within

    @property
    def segment(self) -> Segment | None:
        """The segment of `text` that has no place; None where the trouble lies elsewhere."""
        segment = self.problem.segment
        return segment if segment is not None and self.text[segment.start : segment.end] == segment.text else None


class CatalogWords:
    """What is known of a catalog's words."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.core = Core(catalog, ValueIndex(catalog))
        self._segments: dict[str, list[Segment]] = {}

    def cut(self, question: str) -> list[Segment]:
        """The segments of a question."""
        if question not in self._segments:
            self._segments[question] = cut(self.core.lattice(question))
        return self._segments[question]

    def spelled(self, question: str) -> tuple[str, list[str]]:
        """The question with slips of the finger put right, and a note on each."""
        notes: list[str] = []
        for segment in reversed(self.cut(question)):
            meant = corrected(segment.text.lower(), self._known) if segment.kind is SegmentKind.UNKNOWN else None
            if meant is not None:
                notes.insert(0, f"“{segment.text}” was read as “{meant}”.")
                question = question[: segment.start] + meant + question[segment.end :]
        return question, notes

    @cached_property
    def _known(self) -> set[str]:
        """Words that names are made of, in the singular and in the plural."""
        parts = {part for words in self.core.schema.names for part in words}
        singular = stems(parts) | VOCABULARY
        singular |= {word for part in parts for word in ABBREVIATIONS.get(stem(part), ())}
        return {word for word in singular | parts | {word + "s" for word in singular} if len(word) > _SHORT}

    _last: "ClassVar[CatalogWords | None]" = None

    @classmethod
    def of(cls, catalog: Catalog) -> "CatalogWords":
        """Those of a catalog, looked up once for all questions that are planned over it in a row."""
        if cls._last is None or cls._last.catalog is not catalog:
            cls._last = cls(catalog)
        return cls._last


class Single:
    """Plans questions over one catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.words = CatalogWords.of(catalog)
        self._alone: dict[str, Understood | NotUnderstood] = {}

    @property
    def core(self) -> Core:
        return self.words.core

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

    def is_piece(self, text: str) -> bool:
        """Whether a text may only go on from another: it names no table, and opens as no question."""
        segments = self.words.cut(text)
        return (
            goes_on(text) or led_by(text) or not (stands_alone(text) or any(segment.is_table for segment in segments))
        )

    def after(self, question: str, before: "Understood | None") -> Understood:
        """What a question means behind one that was understood. Raises `NotUnderstood`."""
        if len(question) > LONGEST_CHARS:
            problem = f"This question has {len(question):,} characters; up to {LONGEST_CHARS} can be read."
            raise NotUnderstood(question, Ambiguous(problem))
        text, kind = drawn(question)
        if kind is None or "chart" in self.core.schema.parts:
            return self._read(question, before)
        found = before if before is not None and is_that(text) else self._read(text, before)
        plan = with_chart(found.plan, kind) if isinstance(found.plan, SqlPlan) else found.plan
        if isinstance(plan, str):
            raise NotUnderstood(question, Ambiguous(plan))
        return replace(found, plan=plan)

    def _read(self, question: str, before: "Understood | None") -> Understood:
        follows = goes_on(question)
        goes_before = before is not None and before.interpretation is not None
        whole = None if follows and (goes_before or not asks_whole(question)) else self._whole(question)
        piece = isinstance(whole, Understood) and _is_piece(question, whole)
        if isinstance(whole, Understood) and not piece and (not goes_before or _is_whole(question, whole, before)):
            return whole
        further = self._further(question, before) if before is not None and before.interpretation is not None else ""
        if isinstance(further, Understood):
            return further
        asked, table = rows_of(question, self.core.index)
        if asked:
            return self.alone(f"{asked} {self.core.schema.tables[table].noun}")
        if said := about(question, self.core.index):
            return Understood(said)
        if goes_before and (follows or isinstance(whole, Understood)):
            raise NotUnderstood(question, Ambiguous(further))
        if follows or piece or not isinstance(whole, NotUnderstood):
            raise NotUnderstood(question, Ambiguous(_NO_EARLIER))
        raise whole

    def _further(self, question: str, before: "Understood") -> Understood | str:
        """What a text means that goes on from an earlier question, or why that cannot be told."""
        assert before.interpretation is not None
        found = self.core.read_on(question, before.interpretation.parse, before.words)
        if found.clear:
            return self._understood(found.clear, found.words)
        unclear = found.problem if not found.problem.startswith("bind") else ""
        return f"{unclear[0].upper()}{unclear[1:]}." if unclear else _NO_CHANGE

    def _understood(self, interpretation: Interpretation, words: int, notes: Sequence[str] = ()) -> Understood:
        said = QueryDescription(self.core.schema, interpretation.query)
        plan = SqlPlan(interpretation.sql, said.title(), " ".join((*notes, said.reading())), said.chart())
        return Understood(self._with_units(plan), interpretation, words)

    def _with_units(self, plan: SqlPlan) -> SqlPlan:
        """The plan with the units that the owner has declared for its columns."""
        units = {tuple(place.split(".", 1)): unit for place, unit in self.catalog.description.units.items()}
        used = [
            (column, unit) for (table, column), unit in units.items()
            if all(re.search(rf"\b{re.escape(name)}\b", plan.sql) for name in (table, column))
        ]  # fmt: skip
        said = "".join(f" {column.replace('_', ' ')} is in {unit}." for column, unit in used)
        return msgspec.structs.replace(plan, reading=f"{plan.reading}{said}")

    def _whole(self, question: str) -> "Understood | NotUnderstood":
        """What a question means by itself, or what stands in the way of that."""
        found, notes = self.core.read(question), list[str]()
        if not found.found and found.problem.startswith("word"):
            text, notes = self.words.spelled(question)
            found, question = (self.core.read(text), text) if notes else (found, question)
        interpretation = found.clear
        if interpretation is not None and not self._dated_elsewhere(interpretation.query, question):
            return self._understood(interpretation, found.words, notes)
        if parts := questions_in(question):
            return self._several(question, parts)
        segments = self.words.cut(question)
        return NotUnderstood(question, Troubles(self.core.schema, question, segments, found.several_dates).first())

    def _several(self, question: str, parts: list[str]) -> "Understood | NotUnderstood":
        """What a text of several questions means: their figures side by side, or each of them to choose from."""
        try:
            each = [self.alone(part) for part in parts]
        except NotUnderstood as problem:
            working = tuple(part for part in parts if self.works(part))
            return NotUnderstood(problem.text, problem.problem, working) if working else problem
        told = [
            one for one in each if one.interpretation and names_in(one.interpretation.parse.fragments)
        ]  # not "how many are old"
        plans = [
            (one.plan, one.interpretation.query) for one in told if isinstance(one.plan, SqlPlan) and one.interpretation
        ]
        if len(plans) == len(parts) and (both := side_by_side(*zip(*plans, strict=True))):
            return Understood(both)
        return NotUnderstood(question, Ambiguous(_ONE_BY_ONE), tuple(part for part in parts if self.works(part)))

    def _dated_elsewhere(self, query: QueryIR, question: str) -> bool:
        """Whether a day was read as one of another table, though its column is not named and the own table has dates:
        "appointments since 2026" are not those of patients born since."""
        schema, words = self.core.schema, {stem(word) for word in re.findall(r"\w+", question.lower())}
        own = any(column.kind is ColumnKind.DATE for column in schema.tables[query.base].columns)
        for condition in query.conditions if own else ():
            ref = condition.expr if isinstance(condition, Compare) else None
            if isinstance(ref, Ref) and ref.path:
                column = schema.columns[ref.table, ref.column]
                if column.kind is ColumnKind.DATE and not stems(column.words) & words:
                    return True
        return False


def _is_piece(question: str, found: Understood) -> bool:
    """Whether a text is only what is to be said of something, though it could be read as a list: "of chefs"."""
    query = found.interpretation.query if found.interpretation else None
    return query is not None and not query.aggregated and not query.order and led_by(question)


def _is_whole(question: str, found: Understood, before: Understood | None) -> bool:
    """Whether a text that does not open as a question asks for something of its own: "orders by month", but not
    "average height" behind players of one country."""
    now, then = found.interpretation, before.interpretation if before else None
    parts = now.parse.fragments if now else ()
    alone = not stands_alone(question) and is_figure_alone(parts)
    if now and then and alone and then.query.conditions and not then.query.groups and then.query.base == now.query.base:
        return False
    items = [item for f in parts if isinstance(f, Select) for item in f.items]
    own = any((item.fn and item.name) or (item.name and (item.name.tables or item.name.declared)) for item in items)
    return stands_alone(question) or own


_ONE_BY_ONE = "These are several questions: please ask them one by one."
_NO_EARLIER = "There is no earlier question to go on from: please ask the whole question."
_NO_CHANGE = "I cannot tell what this changes in the question before: please ask the whole question."
