"""A conversation: what was understood last, what is asked back, and what was taught. Read again from its texts for each
question; nothing is kept between jobs."""

from collections.abc import Iterable
from datetime import date

import msgspec

from agent_worker.offline.asking_back.ask_back import AskBack
from agent_worker.offline.conversation.answers import Again, Meant, answer_to, own_words
from agent_worker.offline.conversation.periods import at_end_of_data, beyond_data, end_of_data
from agent_worker.offline.conversation.taught import Term, restated, same_word, taught_by, terms_of
from agent_worker.offline.english.relative_dates import fixed
from agent_worker.offline.question.single import NotUnderstood, Single, Understood
from agent_worker.plan import DirectAnswer, Plan, SqlPlan
from bus.contract.catalog import Catalog, Description, Measure

Planned = SqlPlan | DirectAnswer | AskBack


class Conversation:
    """Hears the earlier questions one by one, then plans the last."""

    def __init__(self, catalog: Catalog, today: date | None = None) -> None:
        self._catalog = catalog
        self._today = today
        self._single = Single(catalog)
        self._terms: list[Term] = terms_of(self._single)
        self._open: AskBack | None = None
        self._before: Understood | None = None
        self._astray = False
        """Whether what is asked back was a question of its own: what follows is not said of the one before it."""

    def hear(self, text: str) -> None:
        """Take an earlier question in."""
        self._take(text)

    def plan(self, text: str) -> Plan:
        """What to do about the newest question."""
        planned = self._take(text)
        return planned.clarification() if isinstance(planned, AskBack) else planned

    def _take(self, text: str) -> Planned:
        term = taught_by(self._single, text)
        if term is not None:
            return self._learn(term)
        asked, self._open = self._open, None
        meant = answer_to(asked, text) if asked is not None else None
        if isinstance(meant, Meant):
            return self._ask(meant.question)
        if isinstance(meant, Again) and not (self._single.is_piece(text) and self._goes_on(own_words(text))):
            self._open = meant.asked
            return meant.asked
        return self._ask(own_words(text), goes_on=asked is None or not self._astray)

    def _goes_on(self, text: str) -> bool:
        """Whether a piece goes on from what was understood before a piece that was not."""
        try:
            return not self._astray and bool(self._before and self._single.after(text, self._before))
        except NotUnderstood:
            return False

    def _ask(self, text: str, goes_on: bool = True) -> Planned:
        """Plan a question. A fragment does not go on from what was understood before an open question (`goes_on`)."""
        said, used = restated(self._single, text, self._terms)
        whole, periods = fixed(said, self._today) if self._today else (said, [])
        period = periods[0] if periods else None
        notes = [term.said for term in used]
        try:
            before = self._before if goes_on else None
            self._astray = before is None or not self._single.is_piece(text)
            found = self._single.after(whole, before)
            if period is not None and isinstance(found.plan, SqlPlan):
                beyond_data(self._catalog, found.plan.sql, period, said)
        except NotUnderstood as found_problem:
            problem = found_problem
            if period is not None and not problem.questions:
                problem = at_end_of_data(self._single, problem, period, said)
                notes += [] if problem.questions else [f"“{period.said}” is {period.days}."]
            self._open = AskBack(self._single, problem, " ".join(notes))
            return self._open
        if isinstance(found.plan, DirectAnswer):
            return found.plan
        self._before = found
        for one in periods:
            notes.append(f"“{one.said}” is {one.days}{end_of_data(self._catalog, found.plan.sql, one)}.")
        notes += [term.said for term in self._terms if term.kind == "place" and self._names(term, text)]
        return _with_notes(found, notes)

    def _names(self, term: Term, text: str) -> bool:
        words = text.lower().split()
        size = len(term.word.split())
        return any(same_word(" ".join(words[at : at + size]).strip("?.,!"), term.word) for at in range(len(words)))

    def _learn(self, term: Term) -> Planned:
        """Keep a term, and answer the open question with it where that is now possible."""
        self._terms = [*(old for old in self._terms if not same_word(old.word, term.word)), term]
        if term.kind == "place":
            described = _described(self._catalog.description, term)
            self._catalog = msgspec.structs.replace(self._catalog, description=described)
            self._single = Single(self._catalog)
        asked, self._open = self._open, None
        waits = asked is not None and self._names(term, asked.problem.text)
        planned = self._ask(asked.problem.text, goes_on=False) if asked is not None and waits else None
        if isinstance(planned, SqlPlan):
            return msgspec.structs.replace(planned, note=_to_keep(term))
        if isinstance(planned, AskBack):
            self._open = planned.again(term.said)
            return self._open
        return DirectAnswer(f"From now on in this conversation “{term.word}” is “{term.means}”.\n\n{_to_keep(term)}")


def _described(description: Description, term: Term) -> Description:
    if term.section == "synonyms":
        return msgspec.structs.replace(description, synonyms={**description.synonyms, term.word: term.means})
    table, _, expression = term.means.partition(": ")
    measures = [measure for measure in description.measures if measure.name != term.word]
    return msgspec.structs.replace(description, measures=(*measures, Measure(term.word, table, expression)))


def _to_keep(term: Term) -> str:
    """The lines of the description file that keep a term for everybody."""
    lines = f"```toml\n[{term.section}]\n{term.line}\n```"
    return f"To keep it for everybody, put this into `deadstop.toml` beside the data:\n\n{lines}"


def _with_notes(found: Understood, notes: Iterable[str]) -> SqlPlan:
    plan = found.plan
    assert isinstance(plan, SqlPlan)
    return msgspec.structs.replace(plan, reading=" ".join([*notes, plan.reading]))
