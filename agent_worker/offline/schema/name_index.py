"""What words may name where a question is asked back: as its readings take them, a guess only where nothing fits."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from agent_worker.offline.english.tokens import stem
from agent_worker.offline.schema.lookup import PART, Candidate, NameIndex
from agent_worker.offline.schema.naming import Words
from agent_worker.offline.schema.roles import Kind
from bus.contract.catalog import Catalog


@dataclass
class Names:
    """Every name of a catalog with its words."""

    catalog: Catalog
    index: NameIndex

    @cached_property
    def tables(self) -> dict[str, Words]:
        return {table.name: table.words for table in self.index.schema.tables.values()}

    def stems(self, table: str) -> set[str]:
        """The words by which a table is called, in full and as its name shortens them."""
        return {stem(word) for form in self.index.schema.tables[table].forms for word in form}

    @cached_property
    def columns(self) -> dict[tuple[str, str], Words]:
        return {place: column.words for place, column in self.index.schema.columns.items()}

    def find(self, words: Sequence[str]) -> list[Candidate]:
        """The candidates for a run of words, the best first; empty when the words name nothing."""
        found = self.index.find(tuple(words)) if words else ()
        return [c for c in found if found[0].cost >= PART or c.cost < PART]

    def is_date(self, candidate: Candidate) -> bool:
        """Whether it is a column of dates."""
        column = self.index.schema.columns.get((candidate.table, candidate.column or ""))
        return column is not None and column.kind is Kind.DATE
