"""Where a value that a question names may stand, seen from one base table."""

from agent_worker.offline.binder.rules.scope import Scope
from agent_worker.offline.lexer.lexemes import Ambiguous, Lexeme
from agent_worker.offline.schema.join_paths import ColumnRef, passes
from agent_worker.offline.schema.name_index import Candidate
from agent_worker.offline.schema.value_index import ValueRef

Places = dict[ColumnRef, list[ValueRef]]


def places(scope: Scope, item: Lexeme, role: str, subject: Lexeme | None) -> Places:
    """The columns in which a named value may be meant, with the values that the words fit there."""
    found: Places = {}
    for value in item.values:
        for path in scope.paths.get(value.table, ()):
            ref = ColumnRef(path, value.table, value.column)
            if _belongs(scope, ref, subject) and _possible(scope, ref, value):
                found.setdefault(ref, []).append(value)
    found = {ref: values for ref, values in found.items() if not _repeats(scope, ref, found)}
    return _in_role(scope, found, role, item)


def _belongs(scope: Scope, ref: ColumnRef, subject: Lexeme | None) -> bool:
    if subject is None:
        return True
    return any(_is_subject(scope, candidate, ref) for candidate in subject.names)


def _is_subject(scope: Scope, candidate: Candidate, ref: ColumnRef) -> bool:
    if candidate.table == ref.table and passes(ref.path, candidate.via):
        return candidate.column in (None, ref.column)
    # "destination Logan": the value stands in the table to which the named column refers.
    last = ref.path[-1] if ref.path else None
    return last is not None and (last.table, last.column) == (candidate.table, candidate.column)


def _possible(scope: Scope, ref: ColumnRef, value: ValueRef) -> bool:
    """A key's own column lists its values: what is not among them cannot be met over that key."""
    if not ref.path or ref.path[-1].ref_column != ref.column:
        return True
    key = ref.path[-1]
    listed = scope.column(ColumnRef(ref.path[:-1], key.table, key.column)).values
    return not listed or value.value in listed


def _repeats(scope: Scope, ref: ColumnRef, found: Places) -> bool:
    """The referred column says the same as the column that refers to it."""
    if not ref.path or ref.path[-1].ref_column != ref.column:
        return False
    key = ref.path[-1]
    return ColumnRef(ref.path[:-1], key.table, key.column) in found


def _has_role(scope: Scope, role: str) -> bool:
    """Whether some column of the base table plays this part: then "from" means that column."""
    return any(scope.plays(role, (), column.name) for column in scope.table(scope.base).columns)


def _in_role(scope: Scope, found: Places, role: str, item: Lexeme) -> Places:
    if role:
        fitting = {ref: values for ref, values in found.items() if scope.plays(role, ref.path, ref.column)}
        if not fitting and found and (role == "to" or _has_role(scope, role)):
            raise Ambiguous(f"Nothing in {scope.base} says what goes {role} “{item.text}”.", item)
        return fitting or found
    # A thing that has two parts to play ("origin or destination?") is not meant where one with a single part is.
    on_way = {ref: v for ref, v in found.items() if any(passes(ref.path, table) for table in scope.mentioned)}
    if on_way:
        return on_way
    single = {ref: v for ref, v in found.items() if not ref.path or len(scope.paths[ref.table]) == 1}
    return single or found
