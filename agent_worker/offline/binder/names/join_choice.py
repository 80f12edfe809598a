"""The ways along keys from the base table to the others, and which of several a question means."""

from agent_worker.offline.binder.names.binding import FAR, FAR_AWAY, HOP, Binding, Unbound
from agent_worker.offline.binder.query_ir import Ref
from agent_worker.offline.english.vocabulary import ROLE_WORDS
from agent_worker.offline.english.word_forms import kin
from agent_worker.offline.grammar.fragments import (
    Verb,
)
from agent_worker.offline.schema.join_paths import JoinStep, Path
from agent_worker.offline.schema.lookup import Candidate
from agent_worker.offline.schema.model import Column


def reach(b: Binding, c: Candidate) -> tuple[Ref, float] | None:
    """The column of a candidate along keys, the nearest way."""
    paths = b.joins.functional(c.table)
    if not paths or c.column is None:
        return None
    if c.via[0]:
        paths = [path for path in paths if any(_goes_over(step, c.via) for step in path)]
        paths = [path for path in paths if len(path) == len(paths[0])]
        return (Ref(paths[0], c.table, c.column), len(paths[0]) * FAR) if len(paths) == 1 else None
    if len(paths) > 1 and b.role:
        said = [path for path in paths if _plays(b, path[0], b.role)]
        if not said and (b.role == "to" or any(_plays(b, path[0], "to") for path in paths)):
            return None
        paths = said or paths
    if len(paths) > 1:
        most = max(tables_passed(b, path) for path in paths)
        paths = [path for path in paths if tables_passed(b, path) == most]
    nearest = [path for path in paths if len(path) == len(paths[0])]
    path = nearest[0]
    if len(nearest) > 1:
        told = [path for path in nearest if any(is_told(b, step.key.column) for step in path)]
        told = told or [path for path in nearest if is_plain_way(b, path)]
        if len(told) != 1:
            return None
        path = told[0]
    return Ref(path, c.table, c.column), len(path) * HOP


def is_plain_way(b: Binding, path: Path) -> bool:
    """Whether no key on a way says a part that the question does not."""
    return not any(b.schema.plays_part(step.key) for step in path)


def _plays(b: Binding, step: JoinStep, role: str) -> bool:
    """Whether a key's name says the part of "from" or "to"."""
    return bool(ROLE_WORDS[role] & set(_column_of(b, step).words))


def _column_of(b: Binding, step: JoinStep) -> Column:
    return b.schema.columns[step.key.table, step.key.column]


def tables_passed(b: Binding, path: Path) -> int:
    """How many of the tables on a way the question names."""
    return len({step.end for step in path[:-1]} & b.mentioned)


def is_told(b: Binding, column: str) -> bool:
    """Whether a verb of the question speaks of this column."""
    return any(kin(verb.word, part) for verb in b.of(Verb) for part in column.lower().split("_"))


def path_to(b: Binding, table: str) -> Path | None:
    reached = reach(b, Candidate(table, "*"))
    return reached[0].path if reached else None


def any_path(b: Binding, tables: list[str]) -> tuple[Path, float]:
    """The shortest way to one of these tables that may lead to several rows."""
    every = sorted((path for table in tables for path in b.joins.any(table)), key=len)
    found = [path for path in every if _is_plain(path)]
    if not found or not found[0]:
        raise Unbound("no way to " + ", ".join(tables))
    nearest = [path for path in found if len(path) == len(found[0])]
    if len(nearest) > 1:
        told = [path for path in nearest if any(is_told(b, step.key.column) for step in path)]
        if len(told) != 1:
            raise Unbound("several ways to " + ", ".join(tables))
        nearest = told
    return nearest[0], len(nearest[0]) * FAR + (FAR_AWAY if len(nearest[0]) > 2 else 0.0)


def join(b: Binding, path: Path) -> None:
    if path and path not in b.query.joined:
        b.query.joined.append(path)


def _goes_over(step: JoinStep, via: tuple[str, str]) -> bool:
    return step.start == via[0] and via[1] in ("", step.start_column)


def _is_plain(path: Path) -> bool:
    """Whether a way goes against keys first and along them afterwards, as over a table that only joins two."""
    turns = [step.along for step in path]
    return turns == sorted(turns)
