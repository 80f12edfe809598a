"""Ways between tables: along keys (each row has one match) and against them (a row may have many)."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent_worker.offline.schema.lookup import Candidate
from agent_worker.offline.schema.model import Schema
from bus.contract.catalog import JoinKey

_MOST_STEPS = 4
_MOST_WAYS = 6


@dataclass(frozen=True, slots=True)
class JoinStep:
    """One join. `along`: from the table that refers to the one referred to, so that no row is counted twice."""

    key: JoinKey
    along: bool
    mixed: bool = False
    """One side holds numbers, the other texts of them."""

    @property
    def start(self) -> str:
        return self.key.table if self.along else self.key.ref_table

    @property
    def end(self) -> str:
        return self.key.ref_table if self.along else self.key.table

    @property
    def start_column(self) -> str:
        return self.key.column if self.along else self.key.ref_column

    @property
    def end_column(self) -> str:
        return self.key.ref_column if self.along else self.key.column


Path = tuple[JoinStep, ...]


def is_functional(path: Path) -> bool:
    """Whether each row at the start has at most one at the end."""
    return all(step.along for step in path)


class Joins:
    """The ways from one table to the others, found once."""

    def __init__(self, schema: Schema, start: str) -> None:
        self.start = start
        self._functional: dict[str, list[Path]] = {start: [()]}
        self._any: dict[str, list[Path]] = {}
        self._search(schema, along_only=True, found=self._functional)
        self._search(schema, along_only=False, found=self._any)

    def functional(self, table: str) -> list[Path]:
        """All ways to `table` that never count a row twice, the shortest first."""
        return self._functional.get(table, [])

    def reached(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Those of which each row at the start has at most one."""
        return [c for c in candidates if c.table in self._functional]

    def any(self, table: str) -> list[Path]:
        """The shortest ways to `table`, whatever their kind: several of one length are different meanings."""
        return self._functional.get(table) or self._any.get(table, [])

    def _search(self, schema: Schema, along_only: bool, found: dict[str, list[Path]]) -> None:
        frontier: list[Path] = [()]
        for _ in range(_MOST_STEPS):
            longer: list[Path] = []
            for path in frontier:
                at = path[-1].end if path else self.start
                seen = {self.start, *(step.end for step in path)}
                longer += [(*path, s) for s in _steps(schema, at) if s.end not in seen and (s.along or not along_only)]
            reached = set(found)
            for path in longer:
                end = path[-1].end
                if (along_only or end not in reached) and len(found.setdefault(end, [])) < _MOST_WAYS:
                    found[end].append(path)
            frontier = longer if along_only else [p for p in longer if p[-1].end not in reached]
            if not frontier:
                return


def step_of(schema: Schema, key: JoinKey, along: bool) -> JoinStep:
    kinds = {schema.columns[key.table, key.column].kind, schema.columns[key.ref_table, key.ref_column].kind}
    return JoinStep(key, along, len(kinds) > 1)


def _steps(schema: Schema, table: str) -> list[JoinStep]:
    along = [step_of(schema, key, True) for key in schema.keys_of(table)]
    return along + [step_of(schema, key, False) for key in schema.keys_to(table)]
