"""The offline planner: a question and a catalog in, one plan out. Pure: no I/O, no clock, no engine."""

from collections.abc import Sequence

from agent_worker.offline.dialogue.about_data import about
from agent_worker.offline.dialogue.conversation import Conversation, NotUnderstood
from agent_worker.offline.dialogue.doubts import UNSURE, doubt
from agent_worker.offline.dialogue.suggestions import near
from agent_worker.offline.english.lexicon import NEGATIONS
from agent_worker.offline.english.phrases import Kind
from agent_worker.offline.grammar.selecting import stands_alone
from agent_worker.offline.lexer.lexer import Lexicon
from agent_worker.offline.output.describe import Description
from agent_worker.offline.output.sql import statement
from agent_worker.offline.output.wording import chart_of, reading_words, title_of
from agent_worker.offline.readings import Core
from agent_worker.offline.schema.name_index import Names
from agent_worker.plan import Plan, SqlPlan, Turn
from bus.contract.catalog import Catalog
from bus.contract.events import Clarification

_LONGEST_CHARS = 600


def plan(question: str, catalog: Catalog, history: Sequence[Turn] = ()) -> Plan:
    """What to do about a question: a statement, an answer at once, or a question back. Never raises on any text.

    A word without a place is never dropped: it makes a `Clarification` that names it. `history` are the earlier
    questions of the conversation, oldest first: a fragment ("and by month?") goes on from the last one that was
    understood, and the answer to a question asked back is put where it belongs.
    """
    if plan := _read_whole(question, catalog, history):
        return plan
    lexicon = Lexicon(catalog)
    try:
        found = Conversation(lexicon, history).understand(question)
    except NotUnderstood as misread:
        return about(question, lexicon.names) or _ask_back(misread, catalog, lexicon.names)
    reading = found.reading
    if not history and (problem := doubt(question, reading, lexicon.names)):
        return Clarification(problem)
    return SqlPlan(statement(found.scope, reading), title_of(reading), reading_words(reading), chart_of(reading))


def _read_whole(question: str, catalog: Catalog, history: Sequence[Turn]) -> SqlPlan | Clarification | None:
    """The answer to a question that stands alone and has one clear reading, or the question back where it says two
    things at once. Not where the owner has declared measures or dates: only the other reader knows those."""
    declared = catalog.description.measures or catalog.description.default_dates
    if declared or len(question) > _LONGEST_CHARS or (history and not stands_alone(question)):
        return None
    core = Core(catalog)
    found = core.read(question)
    reading = found.clear
    if reading is None:
        return Clarification(UNSURE) if found.doubtful else None
    said = Description(core.schema, reading.query)
    return SqlPlan(reading.sql, said.title(), said.reading(), said.chart())


def _ask_back(misread: NotUnderstood, catalog: Catalog, names: Names) -> Clarification:
    """The question back, with whole questions to choose from where something near is known."""
    text, problem, item = misread.text, misread.problem, misread.item
    if item is None:
        return Clarification(problem.message)
    if item.text.lower() in NEGATIONS:
        return _ask_what_is_missing(item.text, catalog)
    options = near(item.text, names) if item.kind is Kind.UNKNOWN else problem.options
    return Clarification(problem.message, [text[: item.start] + option + text[item.end :] for option in options])


def _ask_what_is_missing(word: str, catalog: Catalog) -> Clarification:
    """No value is like a "not": the question back, with one about these data that says what is missing."""
    example = next((f"{key.ref_table} without {key.table}" for key in catalog.keys if key.table != key.ref_table), "")
    text = f"I read “{word}” as saying that something is missing, but not what: name both things"
    return Clarification(f"{text}, as in “{example}”." if example else f"{text}.", [example] if example else [])
