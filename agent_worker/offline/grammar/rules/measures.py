"""The grammar of measures: aggregates, shares, correlations, statistics, and the names they are of."""

from agent_worker.offline.english.phrases import Kind
from agent_worker.offline.grammar.rules.condition_sink import sign_of
from agent_worker.offline.grammar.rules.cursor import Cursor
from agent_worker.offline.grammar.rules.question_ast import Having, MeasureDraft, QuestionAst
from agent_worker.offline.lexer.lexemes import Lexeme, is_table

_JOINERS = (Kind.AND, Kind.COMMA)
_STATISTICS = ("filled", "min", "avg", "median", "max", "stddev")


class Measuring:
    """Reads measures at the cursor into the draft. `pending` are aggregates whose name has not come yet."""

    def __init__(self, cursor: Cursor, draft: QuestionAst) -> None:
        self.cursor = cursor
        self.draft = draft
        self.pending: list[str] = []
        self.pending_distinct = False

    def any(self) -> bool:
        rules = (self._correlation, self._statistics, self._share, self._aggregate, self._having)
        return any(self.cursor.attempt(rule) for rule in rules)

    def _correlation(self) -> bool:
        """ "correlation between distance and air time" """
        cursor = self.cursor
        if not cursor.take(Kind.CORRELATION):
            return False
        cursor.skip(Kind.PREP, Kind.GLUE, Kind.BETWEEN)
        first = cursor.take(Kind.NAME)
        joined = cursor.take_past((Kind.GLUE,), Kind.AND, Kind.PREP, Kind.ROLE)
        cursor.skip(Kind.GLUE)
        second = cursor.take(Kind.NAME) if joined else None
        if first is None or second is None:
            return False
        self.draft.measures.append(MeasureDraft("corr", first, other=second))
        return True

    def _statistics(self) -> bool:
        """ "describe departure delay" """
        cursor = self.cursor
        if not cursor.take(Kind.STATS):
            return False
        cursor.skip(Kind.PREP, Kind.GLUE)
        name = cursor.take(Kind.NAME)
        if name is None:
            return False
        self.draft.measures.extend(MeasureDraft(agg, name) for agg in _STATISTICS)
        return True

    def _share(self) -> bool:
        """ "percentage of": of a count, unless another aggregate follows."""
        share = self.cursor.take(Kind.SHARE)
        if share is None or self.draft.share:
            return False
        self.draft.share = share.word
        self.cursor.skip(Kind.GLUE, Kind.PREP)
        if not self.cursor.sees(Kind.AGG, Kind.COUNT) and not self.pending:
            self.pending = ["count"]
        return True

    def _aggregate(self) -> bool:
        """ "number of", "average", "average and median": what it is of comes later."""
        cursor = self.cursor
        found = []
        cursor.skip(Kind.GLUE)
        while item := cursor.take(Kind.AGG, Kind.COUNT):
            counted = item.kind is Kind.AGG and cursor.take_past((Kind.GLUE,), Kind.COUNT) is not None
            found.append(f"{item.word}:count" if counted else item.word)
            mark = cursor.at
            cursor.skip(*_JOINERS, Kind.GLUE)
            if cursor.at == mark or not cursor.sees(Kind.AGG, Kind.COUNT):
                cursor.at = mark
                break
        if not found:
            return False
        self.settle()
        self.pending = found
        return True

    def _having(self) -> bool:
        """ "with an average delay over 20": a pending aggregate, its name and a comparison."""
        cursor = self.cursor
        if len(self.pending) != 1 or not (self.draft.dims or self.draft.asked or self.draft.nouns):
            return False
        cursor.skip(Kind.GLUE, Kind.PREP)
        name = cursor.take(Kind.NAME)
        cursor.skip(Kind.GLUE, Kind.VERB, Kind.PREP)
        sign, number = cursor.take(Kind.CMP), cursor.take(Kind.NUMBER)
        if name is None or sign is None or number is None or number.number is None:
            return False
        measure = _measure(self.pending.pop(), name, self.pending_distinct)
        self.draft.havings.append(Having(measure, sign_of(sign), (number.number,)))
        return True

    def distinct(self) -> bool:
        """ "distinct" before the name it belongs to has come."""
        if not self.cursor.take(Kind.DISTINCT):
            return False
        self.pending_distinct = True
        return True

    def pending_name(self) -> bool:
        """The name behind "number of" or "average"; with "and", further columns share the aggregate."""
        cursor = self.cursor
        if not self.pending:
            return False
        cursor.skip(Kind.GLUE, Kind.PREP)
        distinct = cursor.take(Kind.DISTINCT) is not None or self.pending_distinct
        cursor.skip(Kind.GLUE)
        name = cursor.take(Kind.NAME)
        if name is None or (name.names and name.names[0].kind == "flag"):
            return False
        aggs, self.pending, self.pending_distinct = self.pending, [], False
        self.draft.measures.extend(_measure(agg, name, distinct) for agg in aggs)
        while not aggs[-1].endswith("count") and self._more_columns(aggs):
            pass
        return True

    def _more_columns(self, aggs: list[str]) -> bool:
        cursor, mark = self.cursor, self.cursor.at
        cursor.skip(*_JOINERS, Kind.GLUE)
        name = cursor.peek()
        if cursor.at > mark and name and not name.unit and name.names and name.names[0].kind == "number":
            cursor.at += 1
            self.draft.measures.extend(MeasureDraft(agg, name) for agg in aggs)
            return True
        cursor.at = mark
        return False

    def settle(self) -> None:
        """An aggregate without a name of its own is of what the question is about."""
        for agg in self.pending:
            self.draft.measures.append(MeasureDraft(agg.partition(":")[0], None, self.pending_distinct))
        if not self.pending and self.pending_distinct:
            self.draft.distinct = True
        self.pending, self.pending_distinct = [], False


def _measure(agg: str, name: Lexeme, distinct: bool) -> MeasureDraft:
    """ "average number of seats" is an average of seats; "average number of flights" one of counts."""
    over, _, inner = agg.rpartition(":")
    if over and name.names and name.names[0].kind == "number" and not is_table(name):
        return MeasureDraft(over, name, distinct)
    return MeasureDraft(inner, name, distinct, over="" if over == "sum" else over)
