"""The grammar of orders: "top 5 … by …", "the highest …", "most …", "sorted by …"."""

from agent_worker.offline.english.phrases import Kind
from agent_worker.offline.grammar.rules.cursor import Cursor
from agent_worker.offline.grammar.rules.question_ast import MeasureDraft, QuestionAst, Ranking
from agent_worker.offline.lexer.lexemes import Lexeme, is_singular, is_table

_EXTREME = {"desc": "max", "asc": "min"}


class Rankings:
    """Reads orders at the cursor into the draft."""

    def __init__(self, cursor: Cursor, draft: QuestionAst) -> None:
        self.cursor = cursor
        self.draft = draft

    def any(self) -> bool:
        rules = (self._top, self._common, self._most, self._superlative, self._by_measure, self._sorted, self._limited)
        return any(self.cursor.attempt(rule) for rule in rules)

    def _rank(self, direction: str, limit: int | None, measure: MeasureDraft | None, single: bool = False) -> bool:
        if self.draft.ranking is not None:
            return False
        self.draft.ranking = Ranking(direction, limit, measure, single)
        return True

    def _number(self) -> int | None:
        item = self.cursor.take(Kind.NUMBER)
        return int(item.number) if item is not None and item.number is not None else None

    def _top(self) -> bool:
        """ "top 5 destinations", "5 top destinations", "top 5 most common destinations" """
        cursor = self.cursor
        cursor.skip(Kind.GLUE)
        limit = self._number()
        top = cursor.take(Kind.TOP)
        if top is None:
            return False
        limit = limit if limit is not None else self._number()
        measure = MeasureDraft("count") if cursor.take(Kind.COMMON) else None
        cursor.skip(Kind.GLUE)
        name = cursor.take(Kind.NAME)
        if name is not None:
            self.draft.asked += [name, *self.more_names()]
        return (name is not None or cursor.done) and self._rank(top.word, limit, measure)

    def more_names(self) -> list[Lexeme]:
        """The names joined to one just taken: "origin and destination"."""
        cursor, found = self.cursor, []
        while (
            cursor.sees(Kind.AND, Kind.COMMA) and cursor.sees(Kind.NAME, ahead=1) and not cursor.sees(Kind.CMP, ahead=2)
        ):
            cursor.at += 1
            found.append(cursor.items[cursor.at])
            cursor.at += 1
        return found

    def _common(self) -> bool:
        """ "5 most common destinations", "the most common carrier" """
        cursor = self.cursor
        cursor.skip(Kind.GLUE)
        limit = self._number()
        common = cursor.take(Kind.COMMON)
        if common is None:
            return False
        name = cursor.take_past((Kind.GLUE,), Kind.NAME)
        if not self._rank(common.word, limit, MeasureDraft("count"), single=name is not None and is_singular(name)):
            return False
        if name is not None:
            self.draft.asked.append(name)
        return True

    def _most(self) -> bool:
        """ "the most flights", "most seats": a count of a table, or the highest of a column."""
        cursor = self.cursor
        cursor.skip(Kind.GLUE, Kind.PREP)
        most = cursor.take(Kind.MOST)
        if most is None:
            return False
        cursor.skip(Kind.GLUE)
        distinct = cursor.take(Kind.DISTINCT) is not None
        name = cursor.take(Kind.NAME)
        if name is None:
            return False
        return self._rank(most.word, None, MeasureDraft("most", name, distinct), single=True)

    def _superlative(self) -> bool:
        """ "the highest average delay", "5 largest orders": of an aggregate, a column, or a thing with "by …"."""
        cursor = self.cursor
        cursor.skip(Kind.GLUE, Kind.PREP)
        limit = self._number()
        sign = cursor.take(Kind.SUPERLATIVE)
        if sign is None:
            return False
        limit = limit if limit is not None else self._number()
        cursor.skip(Kind.GLUE)
        aggregate = cursor.take(Kind.AGG, Kind.COUNT)
        cursor.skip(Kind.GLUE)
        distinct = cursor.take(Kind.DISTINCT) is not None
        name = cursor.take(Kind.NAME)
        if name is None:
            return False
        measure = MeasureDraft(aggregate.word if aggregate else _EXTREME[sign.word], name, distinct)
        thing = is_table(name) or any(c.kind == "text" for c in name.names[:1])
        if aggregate is None and thing and not name.unit:
            self.draft.asked.append(name)
            return self._rank(sign.word, limit, None, single=limit is None and is_singular(name))
        return self._rank(sign.word, limit, measure, single=limit is None)

    def _by_measure(self) -> bool:
        """ "by number of flights", "by average delay", and after "top 5 destinations" also "by flights"."""
        cursor, draft = self.cursor, self.draft
        if not cursor.take(Kind.BY) and not (draft.ranking and self._in_terms()):
            return False
        measure = self._measure(bare=draft.ranking is not None and draft.ranking.measure is None)
        if measure is None:
            return False
        ranking = draft.ranking
        if ranking is None:
            draft.measures.append(measure)
        elif ranking.measure is None:
            draft.ranking = Ranking(ranking.direction, ranking.limit, measure, ranking.single)
        else:
            return False
        return True

    def _in_terms(self) -> bool:
        """ "with the most …" is a ranking of its own; "in number of flights" belongs to the one begun."""
        return self.cursor.take(Kind.PREP) is not None and self.cursor.sees(Kind.COUNT, Kind.AGG)

    def _measure(self, bare: bool) -> MeasureDraft | None:
        cursor = self.cursor
        cursor.skip(Kind.GLUE)
        most = cursor.take(Kind.MOST, Kind.SUPERLATIVE)
        aggregate = cursor.take(Kind.AGG, Kind.COUNT)
        cursor.skip(Kind.GLUE)
        distinct = cursor.take(Kind.DISTINCT) is not None
        name = cursor.take(Kind.NAME)
        if name is None:
            return None
        if aggregate is not None:
            return MeasureDraft(aggregate.word, name, distinct)
        if most is not None or (bare and _measurable(name)):
            if cursor.take(Kind.COUNT):
                return MeasureDraft("count", name)
            return MeasureDraft("most", name, distinct)
        return None

    def _sorted(self) -> bool:
        """ "sorted by average delay descending", "alphabetically" """
        cursor = self.cursor
        cursor.skip(Kind.AND, Kind.COMMA)
        if cursor.take(Kind.SORT):
            cursor.take(Kind.BY)
            measure = self._measure(bare=True)
            direction = cursor.take_past((Kind.PREP, Kind.GLUE, Kind.COMMA), Kind.DIRECTION)
            if measure is None and direction is None:
                return False
            word = direction.word if direction else "sort"
            return self._rank(word, None, measure)
        direction = cursor.take(Kind.DIRECTION)
        return direction is not None and self._rank(direction.word, None, None)

    def _limited(self) -> bool:
        """ "show 10 flights" """
        number = self.cursor.peek()
        if not self.draft.listing or number is None or number.kind is not Kind.NUMBER:
            return False
        limit = self._number()
        return self.cursor.sees(Kind.NAME) and self._rank("", limit, None)


def _measurable(name: Lexeme) -> bool:
    """Whether a name behind "top … by" is a figure rather than a group: a table to count, a measure, a number."""
    if name.unit:
        return False
    best = name.names[0]
    return best.column is None or best.kind == "number"
