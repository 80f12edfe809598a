"""The owner says how a file of text is read, and what would change a value is refused."""

import re

import pytest

from agent_worker.catalog.description import DescriptionError
from agent_worker.catalog.files.layout import CatalogError
from tests.harness.data.folders import Folder


def test_the_owner_says_how_a_file_is_read(folder: Folder) -> None:
    folder.put("t.csv", "made by a machine\nx;1.500;01/02/2021;NA;7\ny;2.500;03/04/2021;5;8\n")
    folder.put(
        "deadstop.toml",
        '[files.t]\ndelimiter = ";"\nheader = false\nskip = 1\ndecimal = ","\nnull = "NA"\n'
        'types = {column2 = "DATE %m/%d/%Y", column4 = "VARCHAR"}\n',
    )
    folder.read()
    sql = "SELECT column0, column1::INTEGER, column2::VARCHAR, column3, column4 FROM t ORDER BY ALL"
    assert folder.rows(sql) == [("x", 1500, "2021-01-02", None, "7"), ("y", 2500, "2021-03-04", 5, "8")]


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("[files.tt]\nskip = 1", "did you mean 't'"),
        ("[files.t]\nskipp = 1", "did you mean 'skip'"),
        ('[files.t]\nskip = "x"', "files.t"),
        ('[files.t]\nencoding = "latin1"', "did you mean 'latin-1'"),
        ('[files.t]\ndecimal = ";"', "decimal"),
    ],
)
def test_options_that_mean_nothing_are_errors(folder: Folder, toml: str, words: str) -> None:
    folder.put("t.csv", "a,b\n1,2\n")
    folder.put("deadstop.toml", toml)
    with pytest.raises(DescriptionError, match=words):
        folder.read()


@pytest.mark.parametrize(
    ("said", "words"),
    [("BIGINT", "'x' in row 1 is not"), ("NOTHING SUCH; DROP", "is no type"), ("DATE %Y", "'x' in row 1 is not")],
)
def test_a_type_that_does_not_fit_leaves_the_table_out(folder: Folder, said: str, words: str) -> None:
    folder.put("t.csv", "a,b\n1,x\n")
    folder.put("deadstop.toml", f'[files.t]\ntypes = {{b = "{said}"}}')
    with pytest.raises(CatalogError, match=words):
        folder.read()


@pytest.mark.parametrize(
    ("said", "decimal", "texts", "shown"),
    [
        ("BIGINT", ".", ("007", "1.5"), "7"),
        ("INTEGER", ".", ("2.0", "0x10"), "2"),
        ("TINYINT", ".", ("127", "128"), "127"),
        ("BIGINT", ",", ("1.500", "1.5"), "1500"),
        ("DECIMAL(10,2)", ".", ("1.2300", "1.239"), "1.23"),
        ("DECIMAL(4,1)", ",", ("234,5", "1.234,5"), "234.5"),
        ("DECIMAL(5,1)", ",", ("1.234,5", "1.5"), "1234.5"),
        ("DOUBLE", ",", ("2,5", "1.5"), "2.5"),
        ("DOUBLE", ".", ("1e5", "1e-400"), "100000.0"),
        ("DOUBLE", ".", ("nan", "9007199254740993"), "nan"),
        ("FLOAT", ".", ("0.1", "16777217"), "0.1"),
        ("DATE", ".", ("2020-12-31", "2020-12-31 23:59:00"), "2020-12-31"),
        ("TIMESTAMP", ".", ("2020-12-31", "2020-12-31 23:59:00+02:00"), "2020-12-31 00:00:00"),
        ("TIMESTAMP", ".", ("2020-12-31 10:00", "2020-12-31 10:00:00.1234567"), "2020-12-31 10:00:00"),
        ("TIMESTAMPTZ", ".", ("2020-12-31 10:00:00+02", "2020-12-31 10:00:00"), "2020-12-31 08:00:00+00"),
        ("TIME", ".", ("10:00", "10:00:00.1234567"), "10:00:00"),
        ("BOOLEAN", ".", ("yes", "maybe"), "true"),
        ("DATE %d.%m.%Y %H:%M", ".", ("31.12.2020 00:00", "31.12.2020 23:59"), "2020-12-31"),
    ],
)
def test_a_type_that_would_round_or_cut_does_not_fit(
    folder: Folder, said: str, decimal: str, texts: tuple[str, str], shown: str
) -> None:
    folder._connection.execute("SET TimeZone = 'UTC'").fetchall()
    folder.put("deadstop.toml", f'[files.t]\ndecimal = "{decimal}"\ntypes = {{v = "{said}"}}')
    good, bad = texts
    folder.put("t.csv", f"n;v\n1;{good}\n")
    folder.read()
    assert folder.rows("SELECT v::VARCHAR FROM t") == [(shown,)]
    folder.put("t.csv", f"n;v\n1;{good}\n2;{bad}\n")
    with pytest.raises(CatalogError, match=rf"t\.csv: its column v is said to be .*'{re.escape(bad)}' in row 2 is not"):
        folder.read()
