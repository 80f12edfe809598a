"""What a person teaches in one sentence: "revenue is the sum of total", "by big I mean distance over 1000"."""

import re
from dataclasses import dataclass, replace

import sqlglot
from sqlglot import exp

from agent_worker.offline.asking_back.segments import Segments
from agent_worker.offline.english.senses import ASKING
from agent_worker.offline.english.tokens import words_in
from agent_worker.offline.english.word_forms import stem
from agent_worker.offline.grammar.asked_for.selecting import stands_alone
from agent_worker.offline.question.cut import SegmentKind
from agent_worker.offline.question.single import Single

_WORD = r"[\"“']?(?P<word>[\w][\w\s-]{0,40}?)[\"”']?"
_SENTENCES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:by|with|when\s+i\s+say|saying)\s+{_WORD},?\s+(?:i|we)\s+mean\s+(?P<means>.+)",
        rf"(?:call|define|treat|count|take)\s+{_WORD}\s+(?:as|to\s+be|to\s+mean)\s+(?P<means>.+)",
        rf"(?:an?\s+|the\s+)?{_WORD}(?:\s*=\s*|\s+(?:is\s+defined\s+as|is\s+the\s+same\s+as|stands?\s+for|refers?\s+to"
        r"|means?|is|are)\s+)(?P<means>.+)",
    )
)
_TIMES = re.compile(r"\s+(?:times|multiplied\s+by)\s+|\s*[x\u00d7]\s+(?=\w)", re.IGNORECASE)
_MOST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Term:
    """A word and what it stands for. `kind`: a "figure" and a "condition" are put into the question in the word's
    place, a "place" is a table, column or measure by its name. `line` is for the description file."""

    word: str
    means: str
    kind: str
    line: str = ""
    section: str = "terms"

    @property
    def said(self) -> str:
        return f"“{self.word}” is read as “{self.means}”, as you said."


def taught_by(single: Single, text: str) -> Term | None:
    """The term that a sentence teaches, or None where it is no such sentence, or means nothing here."""
    sentence = " ".join(text.split()).strip(" .!")
    first = next(iter(words_in(sentence)), "")
    if "?" in sentence or stands_alone(sentence) or (first in ASKING and first not in ("i", "we", "by")):
        return None
    for pattern in _SENTENCES:
        if match := pattern.fullmatch(sentence):
            word, means = match["word"].strip().lower(), match["means"].strip(" .\"“”'")
            return _term(single, word, re.sub(r"^(?:the|an?)\s+", "", means, flags=re.IGNORECASE))
    return None


def terms_of(single: Single) -> list[Term]:
    """What the description file has taught."""
    found = (_meaning(single, word, means) for word, means in single.catalog.description.terms.items())
    return [replace(term, line="") for term in found if term is not None]


def restated(single: Single, text: str, terms: list[Term]) -> tuple[str, list[Term]]:
    """The question with taught words in the words they stand for, and which were."""
    used: list[Term] = []
    for term in sorted(terms, key=lambda term: -len(term.word)):
        if term.kind == "place":
            continue
        found = _put(single, text, term)
        if found != text:
            text, used = found, [*used, term]
    return text, used


def _term(single: Single, word: str, means: str) -> Term | None:
    """A word that the data have already is not given another meaning."""
    words = word.split()
    if not words or len(words) > _MOST_WORDS or set(words) & ASKING or _is_known(single, word):
        return None
    return _meaning(single, word, means)


def _is_known(single: Single, word: str) -> bool:
    segments = single.words.cut(word)
    return any(segment.is_whole_value for segment in segments) or any(
        segment.kind is SegmentKind.NAME and any(c.cost <= 0.1 for c in segment.names) for segment in segments
    )


def _meaning(single: Single, word: str, means: str) -> Term | None:
    return _place(single, word, means) or _figure(single, word, means) or _condition(single, word, means)


def _place(single: Single, word: str, means: str) -> Term | None:
    """Another name for a table or a column."""
    table, _, column = means.partition(".")
    if (table, column) in single.core.schema.columns:
        return Term(word, means, "place", f'{_key(word)} = "{means}"', "synonyms")
    segments = single.words.cut(means)
    exact = [
        c
        for segment in segments
        if segment.kind is SegmentKind.NAME
        for c in segment.names
        if c.cost == 0 and not c.measure
    ]
    meant = {f"{c.table}.{c.column}" if c.column else c.table for c in exact}
    if len(segments) != 1 or not exact:
        return None
    if segments[0].is_table:
        meant = {place for place in meant if "." not in place}
    if len(meant) != 1:
        return None
    place = meant.pop()
    return Term(word, place, "place", f'{_key(word)} = "{place}"', "synonyms")


def _figure(single: Single, word: str, means: str) -> Term | None:
    """One figure over all rows of one table."""
    plan = single.works(means)
    select = _select(plan.sql) if plan else None
    if select is None or len(select.expressions) != 1 or select.args.get("group") or select.args.get("where"):
        return _product(single, word, means)
    figure = select.expressions[0].unalias()
    if not isinstance(figure, exp.AggFunc) or select.args.get("joins") or isinstance(figure, exp.Count):
        return Term(word, means, "figure", f"{_key(word)} = {_text(means)}") if figure.find(exp.AggFunc) else None
    table = select.find(exp.Table)
    for column in figure.find_all(exp.Column):
        column.set("table", None)
    assert table is not None
    line = f"{_key(word)} = {{ table = {_text(table.name)}, expression = {_text(figure.sql('duckdb'))} }}"
    return Term(word, means, "figure", line, "measures")


def _product(single: Single, word: str, means: str) -> Term | None:
    """ "price times quantity", "sum(price * quantity)": arithmetic over the columns of one table."""
    arithmetic = _TIMES.sub(" * ", re.sub(r"^(?:sum|total)\s+of\s+", "", means, flags=re.IGNORECASE))
    if not re.fullmatch(r"[\w\s.()*+/-]+", arithmetic) or not re.search(r"[*+/-]", arithmetic):
        return None
    try:
        parsed = sqlglot.parse_one(arithmetic, dialect="duckdb")
    except sqlglot.errors.ParseError:
        return None
    columns = {column.name for column in parsed.find_all(exp.Column)}
    tables = [t.name for t in single.catalog.tables if columns and columns <= {c.name for c in t.columns}]
    plain = not any(parsed.find_all(exp.Anonymous, exp.Subquery, exp.Select))
    if len(tables) != 1 or not plain:
        return None
    expression = parsed if parsed.find(exp.AggFunc) else exp.Sum(this=parsed)
    sql = expression.sql("duckdb")
    line = f"{_key(word)} = {{ table = {_text(tables[0])}, expression = {_text(sql)} }}"
    return Term(word, f"{tables[0]}: {sql}", "place", line, "measures")


def _condition(single: Single, word: str, means: str) -> Term | None:
    """What holds of some rows: "distance over 1000"."""
    for table in Segments(single, means).tables:
        plan = single.works(f"{table.plural} with {means}")
        select = _select(plan.sql) if plan else None
        if select is not None and select.args.get("where") and not select.args.get("group"):
            return Term(word, means, "condition", f"{_key(word)} = {_text(means)}")
    return None


def _select(sql: str) -> exp.Select | None:
    parsed = sqlglot.parse_one(sql, dialect="duckdb")
    return parsed if isinstance(parsed, exp.Select) else None


def _put(single: Single, text: str, term: Term) -> str:
    """The question with one term in other words: a figure in its place, a condition behind the noun."""
    word = r"\s+".join(rf"{re.escape(part)}" for part in term.word.split())
    plural_too = "" if term.word.endswith("s") else "s?"
    found = re.search(rf"\b{word}{plural_too}\b", text, re.IGNORECASE)
    if found is None:
        return text
    head, rest = text[: found.start()], text[found.end() :]
    if term.kind == "figure":
        head = re.sub(r"(?:total|sum of)\s+$", "", head, flags=re.IGNORECASE)
        return f"{head}{term.means}{rest}"
    head = re.sub(r"(?:(?:that|which)\s+)?\b(?:is|are|was|were)\s+$", "", head, flags=re.IGNORECASE)
    for segment in single.words.cut(rest):
        if segment.is_table and not rest[: segment.start].strip():
            return f"{head}{rest[segment.start : segment.end]} with {term.means}{rest[segment.end :]}".strip()
    return f"{head.rstrip()} with {term.means}{rest}"


def _key(word: str) -> str:
    return word if re.fullmatch(r"[A-Za-z0-9_-]+", word) else _text(word)


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def same_word(one: str, other: str) -> bool:
    return [stem(word) for word in one.split()] == [stem(word) for word in other.split()]
