"""Every table of a folder, or of an address as `s3://bucket/prefix`, beside its files: `python -m bench.files DIR`.

What Deadstop's tables say is compared with what plain DuckDB says of each file by itself, and pyarrow of the number of
a Parquet file's rows. A value of a text file has to be as it stands there, or as plain DuckDB reads it. Each difference
is a line; the exit status is 1 where there is any. What lies at an address is read as workers read it, and copied once.
"""

import json
import re
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import structs

from agent_worker.catalog.description import DescriptionError
from agent_worker.catalog.files.formats import TextFormat, text_format
from agent_worker.catalog.files.layout import CatalogError
from agent_worker.catalog.files.listing import Content, content, entries
from agent_worker.catalog.reader import read_catalog
from agent_worker.catalog.source_folder import RemoteFolder
from agent_worker.engine.settings import EngineSettings, connect, create_view, quote_name, quote_text
from agent_worker.remote.client import PREFIX
from agent_worker.remote.file_system import file_system
from bench.harness.remote_files import served
from broker.stores.object_store import ObjectStoreError
from bus.contract.catalog import Catalog, CatalogColumn, CatalogTable
from bus.contract.data_place import is_address, shown_address

ROWS = 10
CLOSE = Decimal("1e-9")
"""Sums of floating point numbers depend on the order of the summands."""
_SUMMED = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL\([\d, ]+\)")
_NUMBER = re.compile(r"(?<![\w.])-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])")
_ABSENT = re.compile(r"(, )?'[^']*': NULL")
_MIDNIGHT = re.compile(r"'(\d{4,}-\d\d-\d\d) 00:00:00'")
"""Within lists and structs, where times are quoted and dates are not."""


class Figures(NamedTuple):
    """The figures of one column: how many values it has, and their sum where there is one."""

    values: int
    total: Decimal | None


def main(data: str) -> int:
    """Print the differences; return how many there are."""
    found = 0
    for difference in differences_at(data) if is_address(data) else differences(Path(data)):
        found += 1
        print(difference)
    print(f"{found} differences", file=sys.stderr)
    return found


def differences(folder: Path) -> Iterator[str]:
    """A sentence for each thing that is not as the files have it."""
    with duckdb.connect(config={"threads": 1}) as ours:
        try:
            catalog = read_catalog(folder, connection=ours)
        except (CatalogError, DescriptionError) as error:
            yield str(error)
            return
        for warning in catalog.warnings:
            print(f"remark: {warning}", file=sys.stderr)
        for table in catalog.tables:
            create_view(ours, table)
        yield from compared(folder, catalog, ours)


def differences_at(address: str) -> Iterator[str]:
    """A sentence for each thing that is not as the objects at an address have it."""
    try:
        with (
            served(address) as (files, copies),
            connect(EngineSettings(str(copies)), file_system(files)) as ours,
        ):
            catalog = read_catalog(RemoteFolder(shown_address(address), files), connection=ours)
            for warning in catalog.warnings:
                print(f"remark: {warning}", file=sys.stderr)
            for table in catalog.tables:
                create_view(ours, table)
            yield from compared(copies, _of_copies(catalog, copies), ours)
    except (CatalogError, DescriptionError, ObjectStoreError) as error:
        yield str(error)


def _of_copies(catalog: Catalog, copies: Path) -> Catalog:
    """The catalog with local copies in place of the objects."""
    tables = tuple(
        structs.replace(table, files=tuple(f"{copies}/{file.removeprefix(PREFIX)}" for file in table.files))
        for table in catalog.tables
    )
    buckets = [path.name for path in copies.iterdir()]
    warnings = list(catalog.warnings)
    for bucket in buckets:
        warnings = [warning.replace(f"/{bucket}/", f"{copies}/{bucket}/") for warning in warnings]
    return structs.replace(catalog, tables=tables, warnings=tuple(warnings))


def compared(folder: Path, catalog: Catalog, ours: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """A sentence for each difference between the files and a catalog whose tables stand in the connection `ours`."""
    with duckdb.connect(config={"threads": 1}) as plain:
        yield from _unspoken(folder.resolve(), catalog)
        for table in catalog.tables:
            try:
                yield from _Comparison(ours, plain, table).differences()
            except duckdb.Error as error:
                yield f"{table.name}: {str(error).splitlines()[0]}"


def _unspoken(folder: Path, catalog: Catalog) -> Iterator[str]:
    """Files of data that stand neither in a table nor in a warning, by themselves or with their folder; those that
    a Delta table's log has removed are none."""
    read = {file for table in catalog.tables for file in table.files}
    text = "\n".join(catalog.warnings)
    for entry in entries(folder):
        path = Path(entry.path)
        data = path.is_file() and (text_format(path.name) or content(path) is Content.PARQUET)
        if entry.path in read or not data:
            continue
        places = [place for place in (path, *path.parents) if folder in place.parents]
        if not any(str(place) in text or (place / "_delta_log").is_dir() for place in places):
            yield f"{path} is left out without a word"


class _Comparison:
    def __init__(self, ours: duckdb.DuckDBPyConnection, plain: duckdb.DuckDBPyConnection, table: CatalogTable) -> None:
        self._ours, self._plain, self._table = ours, plain, table
        self._source = quote_name(table.name)
        self._counts: dict[str, int] = {}

    def differences(self) -> Iterator[str]:
        name, files = self._table.name, self._table.files
        count = _one(self._ours, f"SELECT count(*) FROM {self._source}")
        self._counts = {file: _rows_of(self._plain, file) for file in files}
        for whose, expected in (("its files have", sum(self._counts.values())), ("the catalog", self._table.row_count)):
            if count != expected:
                yield f"{name}: {count} rows, {whose} {expected}"
        yield from self._figures()
        yield from self._rows(files[0], 0)
        yield from self._rows(files[-1], max(0, int(str(count)) - min(ROWS, self._counts[files[-1]])), last=True)

    def _figures(self) -> Iterator[str]:
        expected: dict[str, list[Figures]] = {}
        for file in self._table.files:
            for column, figures in _figures_of(self._plain, _from(file)).items():
                expected.setdefault(column.lower(), []).append(figures)
        ours = _figures_of(self._ours, self._source)
        for column, parts in expected.items():
            columns = self._columns_for(column)
            if not columns and any(f"column {column} is left out" in remark.lower() for remark in self._table.remarks):
                continue
            if any(one.name in self._table.partitions for one in columns):
                continue  # the engine takes the folder's value, not the file's
            mine = [ours[one.name] for one in columns]
            if (counts := (_count(mine), _count(parts)))[0] != counts[1]:
                yield f"{self._table.name}.{column}: {counts[0]} values, its files have {counts[1]}"
            known = all(part.total is not None or not part.values for part in parts)  # to plain DuckDB it may be text
            if known and all(one.type != "VARCHAR" for one in columns) and not _close(_total(mine), _total(parts)):
                yield f"{self._table.name}.{column}: sum {_total(mine)}, of its files {_total(parts)}"

    def _columns_for(self, name: str) -> list[CatalogColumn]:
        """The column, or those that it is split into."""
        exact = [column for column in self._table.columns if column.name.lower() == name]
        split = [column for column in self._table.columns if column.name.lower().startswith(f"{name}_")]
        return exact or split

    def _rows(self, file: str, offset: int, *, last: bool = False) -> Iterator[str]:
        """The first ten rows of the first file, or the last ten of the last one."""
        behind = max(0, self._counts[file] - ROWS) if last else 0
        names, kinds, rows = _texts(self._plain, f"SELECT * FROM {_from(file)}", behind)
        written = (
            rows if text_format(file) is not TextFormat.CSV else _texts(self._plain, _as_it_stands(file), behind)[2]
        )
        mine, types, found = _texts(self._ours, f"SELECT * FROM {self._source}", offset)
        places = {name.lower(): at for at, name in enumerate(mine)}
        for row, (theirs, raw, here) in enumerate(zip(rows, written, found, strict=False)):
            for name, kind, text, as_is in zip(names, kinds, theirs, raw, strict=True):
                columns = [one for one in self._columns_for(name.lower()) if one.name not in self._table.partitions]
                shown = [(here[places[one.name.lower()]], types[places[one.name.lower()]]) for one in columns]
                fits = (_same(text, kind, value, as_kind) or _stands(as_is, value) for value, as_kind in shown)
                if columns and not any(fits):
                    yield f"{self._table.name}.{name}: {shown[0][0]!r} where row {row} of {file} has {text!r}"


def _from(file: str) -> str:
    if (kind := text_format(file)) is not None:
        return f"read_{kind.value.lower()}_auto({quote_text(file)}, hive_partitioning = false, sample_size = -1)"
    return f"read_parquet({quote_text(file)}, hive_partitioning = false)"


def _as_it_stands(file: str) -> str:
    return f"SELECT * FROM read_csv_auto({quote_text(file)}, hive_partitioning = false, all_varchar = true)"


def _rows_of(plain: duckdb.DuckDBPyConnection, file: str) -> int:
    if text_format(file):
        return int(str(_one(plain, f"SELECT count(*) FROM {_from(file)}")))
    return int(pq.read_metadata(file).num_rows)


def _one(connection: duckdb.DuckDBPyConnection, sql: str) -> object:
    return connection.execute(sql).fetchall()[0][0]


def _figures_of(connection: duckdb.DuckDBPyConnection, source: str) -> dict[str, Figures]:
    relation = connection.sql(f"FROM {source}")
    asked = []
    for name, kind in zip(relation.columns, relation.types, strict=True):
        summed = f"sum({quote_name(name)})::VARCHAR" if _SUMMED.fullmatch(str(kind)) else "NULL"
        asked += [f"count({quote_name(name)})", summed]
    (row,) = connection.execute(f"SELECT {', '.join(asked)} FROM {source}").fetchall()
    pairs = zip(relation.columns, row[::2], row[1::2], strict=True)
    return {name: Figures(count, None if total is None else Decimal(total)) for name, count, total in pairs}


def _texts(
    connection: duckdb.DuckDBPyConnection, sql: str, offset: int
) -> tuple[list[str], list[str], list[tuple[str | None, ...]]]:
    relation = connection.sql(f"{sql} LIMIT {ROWS} OFFSET {offset}")
    shown = ", ".join(f"{quote_name(name)}::VARCHAR" for name in relation.columns)
    return list(relation.columns), list(map(str, relation.types)), relation.project(shown).fetchall()


def _count(parts: list[Figures]) -> int:
    return sum(part.values for part in parts)


def _total(parts: list[Figures]) -> Decimal | None:
    totals = [part.total for part in parts if part.total is not None]
    return sum(totals, Decimal(0)) if totals else None


def _close(one: Decimal | None, two: Decimal | None) -> bool:
    if one is None or two is None or not one.is_finite() or not two.is_finite():
        return str(one) == str(two)
    return abs(one - two) <= CLOSE * max(abs(one), abs(two), Decimal(1))


def _same(theirs: str | None, kind: str, ours: str | None, as_kind: str) -> bool:
    """Whether two texts are the same; of numbers and times that became another type, whether the values are."""
    if theirs == ours or theirs is None or ours is None or kind == as_kind:
        return theirs == ours
    if (kind, as_kind) == ("JSON", "VARCHAR"):
        return bool(json.loads(theirs) == ours)
    if "VARCHAR" in (kind, as_kind):
        return False
    single = "FLOAT" in kind and "FLOAT" not in as_kind
    return _plainly(theirs, single=single) == _plainly(ours, single=single)


def _stands(text: str | None, ours: str | None) -> bool:
    """Whether our value is what the file's text says, as it is written or with a comma before its decimals."""
    if text == ours or text is None or ours is None:
        return text == ours
    return "," in text and _plainly(text.replace(".", "").replace(",", ".")) == _plainly(ours)


def _plainly(text: str, *, single: bool = False) -> str:
    """`single`: as a FLOAT has it, which as a DOUBLE is written with more digits."""
    text = _ABSENT.sub("", _MIDNIGHT.sub(r"\1", text).removesuffix(" 00:00:00"))
    exact = (lambda number: Decimal(pa.scalar(float(number), pa.float32()).as_py())) if single else Decimal
    return _NUMBER.sub(lambda match: str(exact(match[0]).normalize()), text)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m bench.files DIR, or an address")
    sys.exit(1 if main(sys.argv[1]) else 0)
