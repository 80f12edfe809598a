"""The data of all with one user's behind them."""

from pathlib import Path

import duckdb
import pytest

from agent_worker.catalog.files.layout import CatalogError
from agent_worker.catalog.own_files import WithOwnFiles, why_unreadable
from agent_worker.catalog.reader import read_catalog
from agent_worker.catalog.source_folder import LocalFolder
from agent_worker.engine.settings import EngineSettings, connect
from bus.contract.catalog import Catalog


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    folder = tmp_path / "shared"
    folder.mkdir()
    duckdb.sql("select i as id from range(20) t(i)").write_parquet(str(folder / "sales.parquet"))
    duckdb.sql("select i as n from range(5) t(i)").write_parquet(str(folder / "plans.parquet"))
    (folder / "deadstop.toml").write_text('[synonyms]\nturnover = "sales.id"\n')
    return folder


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


def read(shared: Path, own: Path, known: Catalog | None = None) -> Catalog:
    connection = connect(EngineSettings(scratch=str(own.parent)))
    try:
        return read_catalog(WithOwnFiles(LocalFolder(shared), own), connection=connection, known=known)
    finally:
        connection.close()


def names(catalog: Catalog) -> dict[str, bool]:
    return {table.name: table.own for table in catalog.tables}


def test_what_is_shared_keeps_its_name_and_its_reading(shared: Path, own: Path) -> None:
    alone = read(shared, own)
    (own / "sales.csv").write_text("sale,who\n" + "".join(f"{n},x{n}\n" for n in range(20)))
    (own / "a.csv").write_text("n\n1\n")
    both = read(shared, own, alone)
    assert names(both) == {"plans": False, "sales": False, "a": True, "sales_2": True}
    assert both.table("sales") == alone.table("sales")
    assert both.fingerprint != alone.fingerprint
    assert any("sales_2, because there is a table sales already" in warning for warning in both.warnings)
    assert both.description.synonyms == {"turnover": "sales.id"}


def test_one_of_the_two_places_is_enough(shared: Path, own: Path, tmp_path: Path) -> None:
    assert names(read(shared, tmp_path / "gone")) == {"plans": False, "sales": False}
    (own / "a.csv").write_text("n\n1\n")
    assert names(read(tmp_path / "gone too", own)) == {"a": True}
    with pytest.raises(CatalogError, match="gone too"):
        read(tmp_path / "gone too", tmp_path / "gone")


def test_why_a_file_is_no_table(shared: Path, own: Path) -> None:
    (own / "bad.csv").write_text("a,b\n1,2\n3\n")
    (own / "good.csv").write_text("a\n1\n")
    catalog = read(shared, own)
    assert why_unreadable(catalog, own, "good.csv") == ""
    assert why_unreadable(catalog, own, "none.csv") == ""
    why = why_unreadable(catalog, own, "bad.csv")
    assert why.startswith("no delimiter splits all of its lines alike")
    assert why.endswith("Put the lines that differ right"), "there is no deadstop.toml for it"
