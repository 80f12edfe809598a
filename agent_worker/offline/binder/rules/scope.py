"""What names and values mean once a base table is supposed."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlglot import exp

from agent_worker.offline.english.tokens import stem
from agent_worker.offline.english.vocabulary import ROLE_WORDS
from agent_worker.offline.lexer.lexemes import Ambiguous, Lexeme
from agent_worker.offline.schema.identifiers import identifier
from agent_worker.offline.schema.join_paths import ColumnRef, Path, alias_of, passes
from agent_worker.offline.schema.matching import PARTIAL
from agent_worker.offline.schema.name_index import Candidate, Names
from bus.contract.catalog import CatalogColumn, CatalogTable


@dataclass(frozen=True, slots=True)
class Target:
    """What a name means here: a table (no column), a column or a measure, at the end of a way from the base."""

    path: Path
    table: str
    column: str | None
    measure: str | None
    cost: int

    @property
    def ref(self) -> ColumnRef:
        assert self.column is not None
        return ColumnRef(self.path, self.table, self.column)


@dataclass(frozen=True, slots=True)
class Through:
    """Things of another table, counted in the rows of the base table that refer to them by `ref`."""

    item: Lexeme
    ref: ColumnRef


class Scope:
    """Looks names and values up from one base table."""

    def __init__(self, names: Names, base: str) -> None:
        self.names = names
        self.catalog = names.catalog
        self.base = base
        self.paths = names.ways.paths_from(base)
        self.cost = 0.0
        self.aliases: dict[Path, str] = {}
        self.through: Through | None = None
        self.mentioned: list[str] = []
        self.notes: list[str] = []

    def sql(self, ref: ColumnRef) -> exp.Column:
        """The column as it stands in the statement."""
        return exp.column(identifier(ref.column), table=identifier(alias_of(ref.path, self.base, self.aliases)))

    def table(self, name: str) -> CatalogTable:
        table = self.catalog.table(name)
        assert table is not None
        return table

    def column(self, ref: ColumnRef) -> CatalogColumn:
        return next(column for column in self.table(ref.table).columns if column.name == ref.column)

    def kind(self, ref: ColumnRef) -> str:
        return self.names.kinds[ref.table, ref.column]

    def find(self, item: Lexeme, role: str = "", tables: bool = True, columns: bool = True) -> Target:
        """The one thing a name means here; raises `Ambiguous` when it means nothing or several things."""
        targets = list(self._targets(item, tables, columns))
        if not targets:
            raise Ambiguous(self._unreachable(item), item, self._elsewhere(item))
        if role:
            targets = [target for target in targets if self.plays(role, target.path, target.column)] or targets
        least = min(target.cost for target in targets)
        chosen = [target for target in targets if target.cost == least]
        own = [target for target in chosen if not target.path]
        if own and least < PARTIAL:
            chosen = own
        if least >= PARTIAL and len(item.names) > 1:
            raise Ambiguous(*self._partly(item))
        if len(chosen) > 1:
            options = tuple(self.words_for(target) for target in chosen)
            raise Ambiguous(f"“{item.text}” may mean {_either(options)}. Which one?", item, options)
        self.cost += chosen[0].cost * 3 + len(chosen[0].path)
        return chosen[0]

    def _partly(self, item: Lexeme) -> tuple[str, Lexeme, tuple[str, ...]]:
        """A part of several names is none of them, wherever they stand."""
        options = tuple(dict.fromkeys(self.name_words(c) for c in item.names[:6]))
        return f"“{item.text}” may mean {_either(options)}. Which one?", item, options

    def name_words(self, candidate: Candidate) -> str:
        """A candidate's words, with its table where several have such a column."""
        parts = self.names.columns.get((candidate.table, candidate.column or ""), ())
        alone = self.names.named_so[parts] == 1
        return " ".join(parts if alone else [*self.names.tables[candidate.table], *parts])

    def means_table(self, item: Lexeme, table: str) -> bool:
        """Whether a name may be this table's, and nothing fits it better."""
        least = min((candidate.cost for candidate in item.names), default=0)
        return any(c.table == table and c.column is None and c.measure is None and c.cost <= max(least, 1)
                   for c in item.names)  # fmt: skip

    def _targets(self, item: Lexeme, tables: bool, columns: bool) -> Iterable[Target]:
        reached = sorted(at for table in self.paths for at in item.places.get(table, ()))
        for candidate in (item.names[at] for at in reached):
            plain = candidate.column is None and candidate.measure is None
            if (plain and not tables) or (not plain and not columns):
                continue
            for path in self.paths.get(candidate.table, ()):
                if passes(path, candidate.via):
                    yield Target(path, candidate.table, candidate.column, candidate.measure, candidate.cost)

    def _unreachable(self, item: Lexeme) -> str:
        if not item.names:
            return f"I find no “{item.text}” in these data."
        owners = " or ".join(dict.fromkeys(candidate.table for candidate in item.names))
        return (
            f"“{item.text}” is in {owners}, and {self.base} cannot be joined to it without counting rows more than "
            "once. Ask about one of them."
        )

    def _elsewhere(self, item: Lexeme) -> tuple[str, ...]:
        return ()

    def words_for(self, target: Target) -> str:
        """Words that mean just this target, for suggestions."""
        return self.words(target.path, target.table, target.column)

    def words(self, path: Path, table: str, column: str | None) -> str:
        """A column or table in words, with what tells its way from other ways to the same table."""
        lead = self._lead(path, table)
        own = self.names.columns[table, column] if column else ()
        if own and path and (not lead or len(path) > 1) and stem(own[0]) != stem(self.names.tables[table][-1]):
            lead += self.names.tables[table]
        return " ".join([*lead, *(self.names.columns[table, column] if column else self.names.tables[table])])

    def _lead(self, path: Path, table: str) -> tuple[str, ...]:
        """The part that a table plays ("dest"), or the nearest table on the way that no other way passes."""
        others = [other for other in self.paths.get(table, ()) if other != path]
        if not path or not others:
            return ()
        if len(path) == 1:
            return self.names.columns[path[0].table, path[0].column]
        for key in reversed(path):
            if not any(passes(other, key.table) for other in others):
                return self.names.tables[key.table]
        return self.names.columns[path[-1].table, path[-1].column]

    def plays(self, role: str, path: Path, column: str | None) -> bool:
        """Whether a column, or the key that leads to it, plays the part of "from" or "to"."""
        first = path[0].column if path else column
        owner = self.base
        return first is not None and bool(ROLE_WORDS[role] & set(self.names.columns.get((owner, first), ())))


def _either(options: Iterable[str]) -> str:
    *most, last = options
    return f"{', '.join(most)} or {last}" if most else last
