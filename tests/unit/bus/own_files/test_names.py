"""What a user's file may be called."""

import pytest

from agent_worker.catalog.files.formats import named_as_data
from bus.contract.data_files import TABLE_SUFFIXES
from bus.own_files.names import MAX_NAME_CHARS, free_name, safe_name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("sales.csv", "sales.csv"),
        ("Sales 2024 (final).XLSX", "Sales 2024 (final).xlsx"),
        ("../../etc/passwd.csv", "passwd.csv"),
        ("C:\\Users\\ann\\a.parquet", "a.parquet"),
        ("a\x00b\n\x1b[31m.csv", "a_b_31m.csv"),
        ("a*?[x]{y}%2F.json", "a_x_y_2F.json"),
        (".hidden.csv", "hidden.csv"),
        ("_part.csv", "part.csv"),
        ("year=2024.csv", "year_2024.csv"),
        (".csv", "data.csv"),
        ("....csv", "data.csv"),
        ("Gr\u00f6\u00dfe.tsv", "Gr\u00f6\u00dfe.tsv"),
        ("Gro\u0308\u00dfe.tsv", "Gr\u00f6\u00dfe.tsv"),
        ("a\u202egnp.csv", "a_gnp.csv"),
        ("logs.jsonl.gz", "logs.jsonl.gz"),
        ("a.parquet.gz", ""),
        ("a.exe", ""),
        ("csv", ""),
        ("", ""),
        ("a.csv/", ""),
    ],
)
def test_a_name_is_made_safe(given: str, kept: str) -> None:
    assert safe_name(given) == kept
    assert safe_name(kept) == kept


def test_a_long_name_is_cut_before_its_ending() -> None:
    assert safe_name("x" * 300 + ".csv") == "x" * MAX_NAME_CHARS + ".csv"


@pytest.mark.parametrize(
    ("name", "taken", "free"),
    [
        ("a.csv", (), "a.csv"),
        ("a.csv", ("b.csv",), "a.csv"),
        ("A.csv", ("a.csv",), "A (2).csv"),
        ("a.parquet", ("a.csv",), "a (2).parquet"),
        ("a.csv", ("a.csv", "a (2).csv"), "a (3).csv"),
        ("a b.csv", ("a_b.csv",), "a b (2).csv"),
    ],
)
def test_a_namesake_gets_a_number(name: str, taken: tuple[str, ...], free: str) -> None:
    assert free_name(name, taken) == free
    assert safe_name(free) == free


def test_every_ending_is_one_that_is_read() -> None:
    assert all(named_as_data(f"a{suffix}") for suffix in TABLE_SUFFIXES)
