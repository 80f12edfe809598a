"""Answers of the rules that read word by word, which are not given where they may be of something else."""

from sqlglot import exp

from agent_worker.offline.binder.rules.query_ir import QueryIR
from agent_worker.offline.english.lexicon import OPENERS, VERBS
from agent_worker.offline.english.phrases import PHRASES, Kind
from agent_worker.offline.english.tokens import stem, tokenize
from agent_worker.offline.english.vocabulary import ADVERBS, MONTHS, UNIT_PHRASES, WEEKDAYS
from agent_worker.offline.schema.name_index import Names

_OWN = (Kind.SHARE, Kind.CORRELATION, Kind.STATS, Kind.QUARTER, Kind.NULL, Kind.WITHOUT)
_ASKING = frozenset(("when", "where"))
_BEING = frozenset(("be", "been", "is", "are", "was", "were", "has", "have", "had"))
_INVOLVING = frozenset(("for", "to", "with", "as", "by"))
"""What brings something else into what was done."""
UNSURE = "I am not sure that I read all of this question. Please say it in simpler words, or name the columns."
_TIMES = frozenset((*MONTHS, *WEEKDAYS, *ADVERBS, *UNIT_PHRASES))
"""What only those rules read: times, shares, statistics, missing values."""


def doubt(question: str, reading: QueryIR, names: Names) -> str:
    """Why an answer had better not be given, or ""."""
    words = [token.lower for token in tokenize(question)]
    grouped = {stem(word) for dim in reading.dims for word in dim.words.lower().split()}
    for at in range(1, len(words) - 1):
        passive = words[at] == "by" and _is_passive(words[at - 1], sorts=reading.order is not None)
        if passive and stem(words[at + 1]) in grouped:
            return f"“{words[at - 1]} by”: by whom, or for each of them? Please say “for each …”, or name one."
    literals = [f.expression.expression for f in reading.filters if isinstance(f.expression, exp.EQ)]
    equal = [f.expression.this for f in reading.filters if isinstance(f.expression, exp.EQ)]
    told = [left.sql() for left in equal if isinstance(left, exp.Column)]
    if len(set(told)) < len(told):
        return "One row cannot be both: please ask for each of them, or say “or”."
    added_up = any(PHRASES.get(word, (None, ""))[1] in ("sum", "avg", "median") for word in words)
    if added_up and not {"number", "count"} & set(words) and _only_counts(reading):
        return "Which figure do you mean? Please name a column of numbers."
    keys = _keys(reading, names)
    if keys:
        return f"{keys[0]} tells things apart; it is not added up or averaged. Which figure do you mean?"
    if (_counts_one(reading, told) and not {"different", "distinct", "unique"} & set(words)) or _by_participle(
        words, literals
    ):
        return UNSURE
    if (OPENERS.at(words, 0) and not _is_own(words)) or _asks_twice(words) or words[0] in _ASKING:
        return UNSURE
    return ""


def _asks_twice(words: list[str]) -> bool:
    return words.count("how") > 1 or words[:2] == ["on", "what"] or words[:2] == ["on", "which"]


def _counts_one(reading: QueryIR, told: list[str]) -> bool:
    """Whether different values of a column are counted that has only one there: it is fixed, or grouped by."""
    fixed = {*told, *(dim.expression.sql() for dim in reading.dims)}
    figures = [figure.expression for figure in reading.figures]
    figures += [figure.expression for figure, _, _ in reading.havings]
    counted = [c for f in figures for d in f.find_all(exp.Distinct) for c in d.find_all(exp.Column)]
    return any(column.sql() in fixed for column in counted)


def _by_participle(words: list[str], equal: list[exp.Expression]) -> bool:
    """Whether a verb's form was taken for a value: "has been nominated for", `result = 'Nominated'`. A state is told
    without more: "jobs were stopped today"."""
    values = {str(value.this).lower() for value in equal if isinstance(value, exp.Literal)}
    spoken = {
        word
        for before, word, behind in zip(words, words[1:], [*words[2:], ""], strict=False)
        if before in _BEING and word.endswith("ed") and behind in _INVOLVING
    }
    return bool(values & spoken)


def _only_counts(reading: QueryIR) -> bool:
    return (
        bool(reading.figures)
        and not reading.over
        and all(figure.alias.startswith("number_of") for figure in reading.figures)
    )


def _keys(reading: QueryIR, names: Names) -> list[str]:
    """The identifiers that a reading adds up or averages."""
    figures = [f for f in reading.figures if f.alias.startswith(("avg_", "sum_", "total_"))]
    places = [(ref.table, ref.column) for figure in figures for ref in figure.columns]
    roles = names.catalog.description.roles
    declared = [(place, roles.get(".".join(place))) for place in places]
    return [
        column for (table, column), role in declared
        if role == "identifier" or (not role and ((table, column) in names.referred or column.lower().endswith("_id")))
    ]  # fmt: skip


def _is_own(words: list[str]) -> bool:
    return any(word in _TIMES or PHRASES.get(word, (None, ""))[0] in _OWN for word in words)


def _is_passive(word: str, sorts: bool) -> bool:
    """Whether "by" behind a word tells who did it; `sorts`: "ordered by" was understood as an order."""
    if word in ("grouped", "split", "sorted", "ranked") or (word == "ordered" and sorts):
        return False
    return word in VERBS and word.endswith(("ed", "en", "made", "held", "sold", "bought"))
