"""The words of chips: the person's own question, changed in one place, not yet planned."""

import re
from collections.abc import Iterator

from agent_worker.offline.asking_back.near import near
from agent_worker.offline.asking_back.segments import Segments
from agent_worker.offline.english import senses
from agent_worker.offline.question.cut import Segment
from agent_worker.offline.question.single import NotUnderstood
from agent_worker.offline.schema.guessed.units import unit_of

_DANGLING = re.compile(
    r"\b(?:of|in|on|at|by|per|for|with|from|to|and|or|is|are|was|were|do|did|does|have|has|the|a|an|than|more|less|all|who|that|which|whose|not|never|still|we|you|they)$"
)
_LEADING = re.compile(r"^(?:(?:did|does|do|it|is|are|was|were|has|have|that|to|by)\b\s*)+", re.IGNORECASE)
_DAYS = re.compile(
    r"(?:on|in|between|since|after|before|until) (?:\d{4}-\d\d-\d\d(?: and \d{4}-\d\d-\d\d)?|[A-Z][a-z]+ \d{4}|\d{4})\b"
)


def put_in_place(problem: NotUnderstood) -> Iterator[str]:
    """The question with each thing that a segment of it may mean."""
    yield from problem.questions
    segment, text = problem.segment, problem.text
    for option in problem.problem.options if segment else ():
        assert segment is not None
        yield text[: segment.start] + option + text[segment.end :]


def put_in_place_with_codes(problem: NotUnderstood, segments: Segments) -> Iterator[str]:
    """The same where a name that no data have may be a code: "the delay of flights to Boston" of either delay."""
    for question in put_in_place(problem) if any(map(_may_be_coded, segments.all)) else ():
        yield from codes(Segments(segments.single, question))


def near_names(segments: Segments) -> Iterator[str]:
    """Slips of the finger: names and values that look like what is not known."""
    for segment in segments.unknown:
        for name in near(segment.text, segments.schema):
            yield _put(segments.text, segment, name)


def in_units(segments: Segments) -> Iterator[str]:
    """ "longer than 5 minutes" where a column holds seconds."""
    for number, unit in zip(segments.all, segments.all[1:], strict=False):
        if number.number is None or not _is_unit(unit.text):
            continue
        under = {"less", "under", "below", "shorter", "most", "within", "fewer"} & segments.words
        for table in segments.tables:
            for column in segments.amounts(table):
                size = senses.converted(number.number, unit.text.lower(), unit_of(segments.schema, column))
                if size is not None:
                    yield f"{table.plural} with {column.spoken} {'under' if under else 'over'} {size:.15g}"


def _is_unit(word: str) -> bool:
    return senses.converted(1, word.lower(), word.lower()) is not None


def codes(segments: Segments) -> Iterator[str]:
    """The question with a name replaced by a code that begins as it does: BOS for "Boston"."""
    keys = {(key.ref_table, key.ref_column) for key in segments.schema.keys}
    known = {value for key in keys for value in segments.schema.columns[key].info.values}
    for segment in segments.all:
        code = segment.text[:3].upper()
        if _may_be_coded(segment) and code in known:
            yield _put(segments.text, segment, code)


def _may_be_coded(segment: Segment) -> bool:
    return segment.text[:1].isupper() and len(segment.text) > 3


def from_to(segments: Segments) -> Iterator[str]:
    """ "between JFK and LAX": from the one to the other, either way."""
    for between, one, and_, other in zip(*(segments.all[at:] for at in range(4)), strict=False):
        if between.text.lower() == "between" and and_.text.lower() == "and" and one.values and other.values:
            before, behind = segments.text[: between.start], segments.text[other.end :]
            yield f"{before}from {one.text} to {other.text}{behind}"
            yield f"{before}from {other.text} to {one.text}{behind}"


def in_period(segments: Segments) -> Iterator[str]:
    """Counts and lists of the rows in the days that are named, of the first tables with dates."""
    if match := _DAYS.search(segments.text):
        for table in segments.dated[:2]:
            yield f"how many {table.plural} {match.group()}"
            yield f"{table.plural} {match.group()}"


def without_left_over(segments: Segments) -> Iterator[str]:
    """What remains of the question where its unknown words are left out."""
    text = segments.text
    for segment in reversed(segments.left_over):
        text = f"{text[: segment.start].rstrip()} {text[segment.end :].lstrip()}"
    numbered = any(segment.number is not None for segment in segments.all)
    if len(_tidy(text).split()) > 1 and not (numbered and any(_is_unit(segment.text) for segment in segments.all)):
        yield _tidy(text)


def _put(text: str, segment: Segment, words: str) -> str:
    return text[: segment.start] + words + text[segment.end :]


def _tidy(text: str) -> str:
    text = _LEADING.sub("", " ".join(text.replace(" ?", "").split())).strip(" ,.?!")
    while (shorter := _DANGLING.sub("", text).strip(" ,")) != text:
        text = shorter
    return text
