"""Which columns refer to which tables, found from names and values."""

from collections.abc import Sequence

from agent_worker.catalog.budget import Budget
from bus.catalog import CatalogTable, JoinKey


def find_keys(budget: Budget, tables: Sequence[CatalogTable]) -> list[JoinKey]:
    return []
