"""What a person's words mean behind a question that was asked back: an answer to it, another question, or neither."""

import re
from dataclasses import dataclass

from agent_worker.offline.asking_back.ask_back import AskBack
from agent_worker.offline.asking_back.chip_wording import extreme, hinted
from agent_worker.offline.asking_back.segments import Segments
from agent_worker.offline.english import senses
from agent_worker.offline.english.tokens import tokenize, words_in
from agent_worker.offline.english.word_forms import stems
from agent_worker.offline.grammar.asked_for.selecting import stands_alone
from agent_worker.offline.grammar.continuing import led_by
from agent_worker.offline.question.cut import Segment, SegmentKind
from agent_worker.offline.question.single import NotUnderstood
from agent_worker.offline.schema.model import Column, Table

_ORDINALS = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "last": -1}
_NUMBERED = {"one": 0, "two": 1, "three": 2, "four": 3, "1": 0, "2": 1, "3": 2, "4": 3}
_ORDINAL = re.compile(
    rf"(?:the\s+)?(?P<at>{'|'.join(_ORDINALS)})(?:\s+(?:one|option|question|choice|suggestion))?"
    r"|(?:option|number|choice|question|suggestion|no\.?|#)\s*(?P<number>one|two|three|four|[1-9])"
)
_YES = frozenset("yes|y|yeah|yep|yes please|ok|okay|sure|right|correct|exactly|please do".split("|"))  # noqa: SIM905
_NO = frozenset(
    """no|n|nope|none|none of these|none of them|neither|no thanks|not that|wrong|not those|not these|none of those
    |neither of them|something else|other""".replace("\n    ", "").split("|")
)
_LEAD = re.compile(
    r"^(?:(?:no|nope|yes|yeah|ok|okay|sorry|well|actually)\b[\s,.;:!-]+"
    r"|(?:i\s+mean|i\s+meant|i\s+want|by|use|take|rather|the\s+one\s+(?:with|by|of)|with)\s+)",
    re.IGNORECASE,
)
_REPLIES = re.compile(r"(?:no|nope|sorry|actually|well|ok|okay|yes)\b[\s,]", re.IGNORECASE)
_THANKS = re.compile(
    r"^(?:(?:thanks|thank\s+you|great|perfect|cool|nice|good)\b[\s,.!;:-]+)+(?:and\s+)?", re.IGNORECASE
)
_COURTESY = re.compile(
    r"^(?P<hello>(?:(?:hi|hello|hey|hiya|please|so)\b(?:\s+there)?[\s,.!]+)*)"
    r"(?P<polite>(?:(?:can|could|would|will)\s+you\s+(?:please\s+)?|i(?:['\u2019]d|\s+would)\s+like\s+to\s+|i\s+(?:want|need)\s+to\s+"
    r"|i\s+wonder\s+|please\s+)?)"
    r"(?:(?:tell|show|give)\s+(?:me|us)\s+|let\s+(?:me|us)\s+(?:know|see)\s+|know\s+|see\s+|find\s+out\s+|get\s+)?",
    re.IGNORECASE,
)
_TAIL = re.compile(r"[\s,]+(?:please|instead|then|one|of course|i mean|i think)$", re.IGNORECASE)
_GLUE = frozenset(("the", "a", "an", "by", "of", "in", "for", "per", "and", "with", "one", "ones", "please"))
_PLACED = (SegmentKind.NAME, SegmentKind.VALUE, SegmentKind.LITERAL)


@dataclass(frozen=True, slots=True)
class Meant:
    """The words answer: this whole question is meant."""

    question: str


@dataclass(frozen=True, slots=True)
class Again:
    """The words do not answer: the question is asked back again, with a remark."""

    asked: AskBack


def answer_to(asked: AskBack, text: str) -> Meant | Again | None:
    """What words mean as an answer; None where they are a question of their own."""
    words = " ".join(text.lower().split()).strip(" .!?,")
    questions = [chip.question for chip in asked.chips]
    same = next((question for question in questions if question.lower().strip(" ?.!") == words), None)
    if same is not None:
        return Meant(same)
    if words in _YES:
        return Meant(questions[0]) if len(questions) == 1 else _again(asked, "Yes to which of these?")
    if words in _NO:
        return Again(asked.others("Then it is none of those."))
    core = _core(text)
    if (chosen := _by_number(asked, core, questions)) is not None:
        return chosen
    if not core or (stands_alone(core) and len(tokenize(core)) > 1):
        return None
    return _ranked_by(asked, core) or _by_words(asked, core, questions) or _in_place(asked, core)


def own_words(text: str) -> str:
    """A question without a "no," before it."""
    text = _THANKS.sub("", text.strip()) or text
    opening = _COURTESY.match(text)
    asked = text[opening.end() :] if opening else ""
    if opening and asked and opening.group().strip():
        polite = opening["polite"] or opening["hello"]
        text = asked if stands_alone(asked) else f"show me {asked}" if polite else text
    rest = _LEAD.sub("", text) if _REPLIES.match(text) else text
    return rest if stands_alone(rest) else text


def _again(asked: AskBack, remark: str) -> Again:
    return Again(asked.again(remark))


def _core(text: str) -> str:
    core = text.strip().strip(" .!?,")
    while (shorter := _TAIL.sub("", _LEAD.sub("", core, count=1)).strip(" .,")) != core:
        core = shorter
    return core


def _by_number(asked: AskBack, core: str, questions: list[str]) -> Meant | Again | None:
    """ "the second one", "option 2", "3" where no number was asked for."""
    match = _ORDINAL.fullmatch(core.lower())
    at = None
    if match:
        at = _ORDINALS[match["at"]] if match["at"] else _NUMBERED.get(match["number"], 9)
    elif core in _NUMBERED and not _measures(asked):
        at = _NUMBERED[core]
    if at is None:
        return None
    if not questions or at >= len(questions):
        return _again(asked, f"There are {len(questions)} to choose from.")
    return Meant(questions[at])


def _ranked_by(asked: AskBack, core: str) -> Meant | None:
    """ "price" behind "top 10 tracks"."""
    read, text = asked.single.words.cut, asked.problem.text
    told = read(core)
    if (
        len(told) != 1
        or told[0].kind is not SegmentKind.NAME
        or not any(segment.kind is SegmentKind.TOP for segment in read(text))
    ):
        return None
    question = f"{text.strip(' ?.!')} by {core}"
    return Meant(question) if asked.single.works(question) else None


def _by_words(asked: AskBack, core: str, questions: list[str]) -> Meant | None:
    """The one question that alone has all of the words."""
    sets = [stems(words_in(question)) for question in questions]
    common = set.intersection(*sets) if sets else set()
    said = stems(words_in(core.replace("_", " "))) - _GLUE
    telling = said - common
    fitting = [q for q, words in zip(questions, sets, strict=True) if telling and said <= words]
    return Meant(fitting[0]) if len(fitting) == 1 else None


def _in_place(asked: AskBack, core: str) -> Meant | Again | None:
    """The words in the place of what was not understood. Only one name, value or number is such an answer: whatever is
    longer is a question of its own."""
    segments = [i for i in asked.single.words.cut(core) if i.kind not in (SegmentKind.WORD, SegmentKind.GROUP)]
    if len(segments) != 1 or segments[0].kind not in (*_PLACED, SegmentKind.UNKNOWN, SegmentKind.VAGUE) or led_by(core):
        return None
    if segments[0].kind not in _PLACED:
        return None if _is_understood(asked, core) else _again(asked, f"I do not know “{core}” either.")
    for question in _placed(asked, segments[0], core):
        if asked.single.works(question):
            return Meant(question)
    if (chosen := _by_column(asked, segments[0])) is not None:
        return chosen
    further = [q for q in _of_many(asked, segments[0]) if asked.single.works(q)]
    if further:
        problem = NotUnderstood(asked.problem.text, asked.problem.problem, tuple(further))
        return Again(AskBack(asked.single, problem, f"“{core}” of which?"))
    return _again(asked, f"I cannot tell how “{core}” answers that.")


def _by_column(asked: AskBack, said: Segment) -> Meant | None:
    """The one question offered that uses the column that is named."""
    named = {c.column for c in said.names if c.column and c.cost == said.names[0].cost}
    found = [
        chip.question for chip in asked.chips
        if any(re.search(rf"\b{re.escape(column)}\b", chip.sql) for column in named)
    ]  # fmt: skip
    return Meant(found[0]) if len(found) == 1 else None


def _is_understood(asked: AskBack, core: str) -> bool:
    try:
        return bool(asked.single.alone(core))
    except NotUnderstood:
        return False


def _placed(asked: AskBack, said: Segment, core: str) -> list[str]:
    """The earlier question with the answer put into it, as a whole question; none where there are several ways to."""
    segment, text = asked.problem.segment, asked.problem.text
    if segment is None:
        return []
    word = segment.text.lower()
    if not _measures(asked):
        figure = f"total {core}" if word in senses.MONEY and said.kind is SegmentKind.NAME else core
        return [text[: segment.start] + figure + text[segment.end :]] if word not in senses.ASKING else []
    segments = Segments(asked.single, text)
    if said.kind is SegmentKind.NAME:
        refs = [(c.table, c.column) for c in said.names if c.column]
        columns = [segments.schema.columns[ref] for ref in refs if ref in segments.schema.columns]
        near = [(t, c) for t in segments.tables for c in columns if c.table == t.name and c.kind in ("number", "date")]
        return list(extreme(*near[0], word in senses.DESCENDING or word in senses.FREQUENT)) if near else []
    over = _over(segments, segment, said)
    return over if len(over) == 1 else []


def _of_many(asked: AskBack, said: Segment) -> list[str]:
    segment = asked.problem.segment
    if segment is None or said.number is None or not _measures(asked):
        return []
    return _over(Segments(asked.single, asked.problem.text), segment, said)


def _over(segments: Segments, segment: Segment, number: Segment) -> list[str]:
    """ "long trips" with 30: trips with a length over 30, for every column that may be meant."""
    word = segment.text.lower()
    columns: list[tuple[Table, Column]] = [
        (table, column) for table in segments.tables for column in
        (hinted(segments, table, senses.HINTS.get(word, ())) or segments.amounts(table)) if column.kind == "number"
    ]  # fmt: skip
    rest = " ".join((segments.text[: segment.start] + segments.text[segment.end :]).split()).strip(" ?.!")
    side = "over" if word in senses.DESCENDING else "under"
    if not any(noun in segments.words for noun in (segments.tables[0].plural, segments.tables[0].name)):
        return []
    return [f"{rest} with {column.spoken} {side} {number.text}" for _, column in columns]


def _measures(asked: AskBack) -> bool:
    """Whether what was not understood is a word that measures: "big", "busiest"."""
    segment = asked.problem.segment
    if segment is None or segment.kind in (SegmentKind.NAME, SegmentKind.VALUE):
        return False
    return segment.text.lower() in senses.HINTS.keys() | senses.FREQUENT
