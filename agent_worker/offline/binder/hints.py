"""The column that an adjective names by its hints: "the tallest", "the latest"."""

from agent_worker.offline.binder.aggregates.functions import course_of_row
from agent_worker.offline.binder.names.binding import Binding, Doubtful, Unbound
from agent_worker.offline.binder.names.join_choice import reach
from agent_worker.offline.binder.names.name_resolution import nearest_one
from agent_worker.offline.binder.query_ir import Ref
from agent_worker.offline.binder.terms.calendar import is_one_of_several_parts
from agent_worker.offline.binder.times import calendar_of, date_columns, year_columns
from agent_worker.offline.english.lexicon import BORN, LASTING
from agent_worker.offline.english.vocabulary import PEOPLE
from agent_worker.offline.english.word_forms import stem
from agent_worker.offline.grammar.fragments import Verb
from agent_worker.offline.schema.lookup import Candidate
from agent_worker.offline.schema.roles import NUMERIC, ColumnRole


def hinted_column(b: Binding, hints: tuple[str, ...]) -> Ref:
    """ "Latest" and "first" speak of the date of the rows, where they have one and no year or birth is kept."""
    table = b.table
    of_base = not b.entities or b.base in {e.table for e in b.entities}
    if "distance" in hints and any(verb.word in LASTING for verb in b.of(Verb)):
        raise Doubtful("what takes the longest, at once or on the whole")
    if "duration" in hints and of_base and (course := course_of_row(b)):
        try:
            found = _column_called_by(b, hints)
        except Unbound as problem:
            if "several" in str(problem):
                raise
            return course
        raise Doubtful(f"by {found.column}, or in time")
    people = bool(BORN & set(hints)) and stem(table.words[-1]) in PEOPLE
    born = [c for c in table.columns if BORN & set(c.all_words)]
    years, dates = year_columns(b), date_columns(b)
    if "date" not in hints or not of_base or people or (born and BORN & set(hints)):
        return _column_called_by(b, hints)
    if dates and not years:
        date = calendar_of(b, None).date
        if date is None and len(dates) == 1:
            date = Ref((), b.base, dates[0].name)  # beside the parts of dates
        if date is not None:
            b.cost += 0.05
            return date
    try:
        return _column_called_by(b, hints)
    except Unbound:
        if len(years) != 1:
            raise
    b.cost += 0.05
    return Ref((), b.base, years[0].name)


def _column_called_by(b: Binding, hints: tuple[str, ...]) -> Ref:
    tables = {e.table for e in b.entities} or {b.base}
    found: list[tuple[float, Ref]] = []
    for place, column in b.schema.columns.items():
        at = next((i for i, hint in enumerate(hints) if hint in column.words), None)
        if at is None or column.role not in (*NUMERIC, ColumnRole.DATE):
            continue
        if BORN & set(column.words) and hints[at] not in BORN:
            continue
        if is_one_of_several_parts(b.schema, column):
            continue
        reached = reach(b, Candidate(*place))
        if reached is not None:
            near = 0.0 if column.table in tables else 0.2
            found.append((reached[1] + near + 0.02 * at + (0.0 if len(column.words) == 1 else 0.03), reached[0]))
    ref, cost = nearest_one(b, found, "/".join(hints))
    others = {t for t in b.mentioned - {ref.table} for c in b.schema.tables[t].columns if set(hints) & set(c.words)}
    if others:
        raise Unbound(f"{ref.column}, or of {others.pop()}")
    b.cost += cost
    return ref
