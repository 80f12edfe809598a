"""What is known of the data: tables, columns, values, and how tables can be joined.

A worker reads it, the supervisor keeps it and hands it to every job, `/api/catalog` shows it.
"""

from functools import cached_property

import msgspec


class CatalogColumn(msgspec.Struct, frozen=True):
    """One column. `minimum` and `maximum` are texts as the engine prints them; `values` are all distinct values
    when there are few (else empty); `distinct` is their number where it is known; `unique`: each value stands once."""

    name: str
    type: str
    nulls: int | None = None
    distinct: int | None = None
    minimum: str | None = None
    maximum: str | None = None
    values: tuple[str, ...] = ()
    unique: bool = False


class SheetReading(msgspec.Struct, frozen=True):
    """A sheet of a workbook: whether its first row is a header, and how many rows are passed over before it."""

    name: str
    header: bool
    skip: int = 0


class CatalogTable(msgspec.Struct, frozen=True):
    """One table: a file, a folder of parts, a hive-partitioned tree, or a sheet of a workbook.

    `files` are absolute paths, or names of a store's objects with their `versions`; `partitions` names the hive
    partition columns (they stand in `columns` too).
    `sql` is the statement that reads the files where they differ in columns or types, or are text; empty where they are
    alike. `as_of` is the version that is read of a table with a log of its own. `state` changes with its files, of
    which its first word tells, and with how they are read; `unseen`: there was no time to look into it,
    `unlinked`: nor for all keys to and from it. `remarks` are sentences about how its files are read. `own`: it is made
    of a file of the user's own, and no other user has it.
    """

    name: str
    columns: tuple[CatalogColumn, ...]
    row_count: int
    files: tuple[str, ...]
    partitions: tuple[str, ...] = ()
    sql: str = ""
    sheet: SheetReading | None = None
    as_of: str = ""
    state: str = ""
    unseen: bool = False
    unlinked: bool = False
    remarks: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    own: bool = False


class LeftOut(msgspec.Struct, frozen=True):
    """A table that there is not, by the name of its file or folder, and a sentence that says why."""

    name: str
    why: str


class JoinKey(msgspec.Struct, frozen=True):
    """`table.column` refers to `ref_table.ref_column`, in which each value stands at most once."""

    table: str
    column: str
    ref_table: str
    ref_column: str


class Measure(msgspec.Struct, frozen=True):
    """A figure with a name of its own, such as `revenue = sum(price * quantity)` over one table."""

    name: str
    table: str
    expression: str


ROLES = ("identifier", "label", "year", "date", "quantity", "rate", "clock", "category", "flag")
"""What a column may be for."""


class Example(msgspec.Struct, frozen=True):
    """A question that people ask, and the statement that answers it rightly."""

    question: str
    sql: str


class Description(msgspec.Struct, frozen=True):
    """What the owner of the data says about it, in an optional file beside the data.

    `synonyms` maps a person's word to `table`, `table.column` or a measure's name; `default_dates` maps a table
    to the column meant by "by month"; `terms` maps a word to the words it stands for ("big" to "distance over
    1000"); `roles` and `units` map `table.column` to one of ROLES and to a unit such as "km"; `labels` maps a table to
    the columns that name its rows for people; `notes` go to the model as they
    are, `examples` where a question is like them.
    """

    measures: tuple[Measure, ...] = ()
    synonyms: dict[str, str] = {}
    keys: tuple[JoinKey, ...] = ()
    default_dates: dict[str, str] = {}
    terms: dict[str, str] = {}
    roles: dict[str, str] = {}
    labels: dict[str, tuple[str, ...]] = {}
    units: dict[str, str] = {}
    notes: str = ""
    examples: tuple[Example, ...] = ()


class Catalog(msgspec.Struct, frozen=True, dict=True):
    """All tables, the join keys (declared and inferred), and the description. `fingerprint` changes whenever a file
    of the data does: a catalog with another one is out of date. `warnings` tell of `left_out` and of the tables'
    remarks, too."""

    tables: tuple[CatalogTable, ...]
    keys: tuple[JoinKey, ...] = ()
    description: Description = Description()
    warnings: tuple[str, ...] = ()
    fingerprint: str = ""
    left_out: tuple[LeftOut, ...] = ()

    @property
    def unfinished(self) -> int:
        """The number of tables whose values or keys were not all looked for."""
        return sum(table.unseen or table.unlinked for table in self.tables)

    def table(self, name: str) -> CatalogTable | None:
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, CatalogTable]:
        return {table.name: table for table in self.tables}
