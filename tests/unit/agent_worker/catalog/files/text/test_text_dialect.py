"""Delimiters, quotes, encodings and headers of files of text are found out, or it is said why not."""

import gzip
from collections.abc import Callable

import pytest

from agent_worker.catalog.files.layout import CatalogError
from tests.harness.data.folders import Folder, column, names


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a;b\n1,5;x\n-2,25;y\n", [("DECIMAL(3,2)", "-0.75")]),
        ("a;b\n1.234,56;x\n2,5;y\n", [("DECIMAL(6,2)", "1237.06")]),
        ("a;b\n1,500;x\n2,250;y\n", [("VARCHAR", None)]),
        ('a,b\n"1.234,5",x\n"2,5",y\n', [("DECIMAL(5,1)", "1237.0")]),
        ('a,b\n"1,2",x\n"2,51",y\n', [("VARCHAR", None)]),
        ('a,b\n"1,2","1.234,5"\n"2,51","2,5"\n', [("VARCHAR", None)]),
        ("a\tb\n1\tx,y\n2\tz,w\n", [("BIGINT", "3")]),
        ("a|b\n1|x\n2|y\n", [("BIGINT", "3")]),
    ],
)
def test_delimiters_and_decimal_commas(folder: Folder, content: str, expected: list[tuple[str, str | None]]) -> None:
    folder.put("t.csv", content)
    catalog = folder.read()
    ((kind, total),) = expected
    assert column(catalog, "t", "a").type == kind
    if total is not None:
        assert folder.rows("SELECT sum(a)::VARCHAR FROM t") == [(total,)]
    else:
        assert "column a is read as text, because it may be" in catalog.warnings[0]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("t.tsv", "Name, Ort\tUmsatz, EUR\nA, B\t1,5\nC, D\t2,5\n", [("A, B", "1.5"), ("C, D", "2.5")]),
        ("t.tab.gz", "a;b\tc;d\nA;B\t1\nC;D\t2\n", [("A;B", "1"), ("C;D", "2")]),
        ("t.psv", "Name, Ort|Umsatz, EUR\nA, B|1,5\nC, D|2,5\n", [("A, B", "1.5"), ("C, D", "2.5")]),
        ("t.csv", "name|x;n\nA, B;1\nC;2\n", [("A, B", "1"), ("C", "2")]),
    ],
)
def test_the_delimiter_is_the_one_of_the_name_or_the_only_one_that_fits(
    folder: Folder, name: str, content: str, expected: list[tuple[str, str]]
) -> None:
    folder.put(name, gzip.compress(content.encode()) if name.endswith("gz") else content)
    (table,) = folder.read().tables
    first, second = (f'"{one.name}"' for one in table.columns)
    assert folder.rows(f"SELECT {first}, {second}::VARCHAR FROM t ORDER BY 1") == expected


@pytest.mark.parametrize(
    "content",
    [
        "Kunde;Ort, Straße\nA;Berlin, X 1\nB;Köln, Y 2\n",
        "Umsatz, EUR;Jahr\n1,5;2020\n3,5;2021\n",
        "01.02.2021;1,50\n13.02.2021;2,50\n",
        "a, b|c, d\n1, 2|3, 4\n",
    ],
)
def test_lines_that_two_delimiters_split_are_not_guessed_at(folder: Folder, content: str) -> None:
    folder.put("t.csv", content)
    with pytest.raises(CatalogError, match="Say delimiter in deadstop"):
        folder.read()
    folder.put("deadstop.toml", f'[files.t]\ndelimiter = "{"|" if "|" in content else ";"}"')
    assert len(folder.read().tables[0].columns) == 2


def test_lines_without_the_delimiter_that_the_name_promises_are_not_guessed_at(folder: Folder) -> None:
    """As one column they would be the numbers 1.2 and 3.4."""
    folder.put("t.tsv", "a,b\n1,2\n3,4\n")
    with pytest.raises(CatalogError, match="',' in all of them"):
        folder.read()
    folder.put("deadstop.toml", '[files.t]\ndelimiter = ","')
    assert len(folder.read().tables[0].columns) == 2


def test_quotes_hold_newlines_delimiters_and_quotes(folder: Folder) -> None:
    folder.put("t.csv", 'a,b\r\n1,"x\ny, ""z"""\r\n2,\r\n')
    folder.read()
    assert folder.rows("SELECT a, b FROM t ORDER BY a") == [(1, 'x\ny, "z"'), (2, None)]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_backslashes_that_would_be_dropped_are_refused(folder: Folder, pack: Callable[[bytes], bytes]) -> None:
    name = "t.csv" if pack is bytes else "t.csv.gz"
    folder.put(name, pack(b'a,b\n1,"y \\" z"\n2,"back\\\\slash"\n'))
    folder.read()
    assert folder.rows("SELECT b FROM t ORDER BY a") == [('y " z',), ("back\\slash",)]
    folder.put(name, pack(b'a,b\n1,"y \\" z"\n2,"C:\\temp, old"\n'))
    with pytest.raises(CatalogError, match=r"line 3 .*Write quotes within quotes twice"):
        folder.read()


def test_backslashes_are_signs_as_others_where_quotes_are_doubled(folder: Folder) -> None:
    folder.put("t.csv", b'a,b\n1,"x ""y"""\n2,"C:\\temp, old"\n')
    folder.read()
    assert folder.rows("SELECT b FROM t WHERE a = 2") == [("C:\\temp, old",)]


def test_quotes_far_behind_the_first_lines_are_quotes(folder: Folder) -> None:
    folder.put("t.csv", "a,b\n" + "1,x\n" * 30_000 + '2,"y,z"\n')
    folder.read()
    assert folder.rows("SELECT b FROM t WHERE a = 2") == [("y,z",)]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("t.csv", "a,b,c\n1,2,3\n1,2\n4,5,6\n", ["no delimiter splits all of its lines alike"]),
        ("t.csv", "a,b\n" + "1,2\n" * 30_000 + "1\n", ["line 30002 ('1'): Expected Number of Columns: 2 Found: 1"]),
        ("t.csv", "a,b\n" + "1,2\n" * 30_000 + "1,2,3\n", ["line 30002", "Found: 3"]),
        ("t.csv", 'a,b\n1,2\n1,"2\n', ["line 3", "unterminated"]),
        ("t.csv", "a,b,c\n1,2,3\n1,2\n4,5,6\n1,2,3,4\n", ["first 4 lines do not fit"]),
        ("t.csv", "a,b\n1,é\n".encode("latin-1"), ["not UTF-8", "latin-1"]),
        ("t.csv", b"", ["it is empty"]),
        ("t.csv.gz", gzip.compress(b"a,b\n" + b"1,2\n" * 100_000)[:-20], ["GZIP"]),
        ("t.csv", b"PAR1 and nothing of it", ["rename it"]),
        ("t.jsonl", '{"a":1}\n{"a":2\n{"a":3}\n', ["line 3"]),
        ("t.jsonl", '{"a":1}\n{"a":2}\n{"a":', ["unexpected end"]),
        ("t.json", '[{"a":1},{"a":2}', ["unexpected"]),
        ("t.json", '{\n"a": 1,\n"b": 2}', ["neither an array of objects nor"]),
        ("t.json", '{"a": 1}', ["it holds one object"]),
        ("t.json", "[1, 2]", ["it holds no objects"]),
        ("t.jsonl", '{"a":1,"a":2}\n', ["duplicate key"]),
        ("t.jsonl", '{"a":"é"}\n'.encode("latin-1"), ["UTF-8"]),
        ("t.jsonl", b"  \n", ["it holds no rows"]),
    ],
)  # fmt: skip
def test_what_cannot_be_read_whole_is_left_out_with_its_place(
    folder: Folder, name: str, content: str | bytes, words: list[str]
) -> None:
    folder.write("good.parquet", "SELECT 1 AS n")
    file = folder.put(name, content)
    catalog = folder.read()
    assert names(catalog) == ["good"]
    (warning,) = catalog.warnings
    assert warning.startswith("Table t is left out")
    assert all(word in warning for word in [str(file), *words]), warning


@pytest.mark.parametrize(
    ("content", "encoding"), [("\ufeffa,b\n1,é\n", "utf-8"), ("a,b\n1,é\n", "utf-16"), ("a,b\n1,é\n", "latin-1")]
)
def test_encodings(folder: Folder, content: str, encoding: str) -> None:
    folder.put("t.csv", content.encode(encoding))
    if encoding == "latin-1":
        folder.put("deadstop.toml", '[files.t]\nencoding = "latin-1"')
    folder.read()
    assert folder.rows("SELECT a, b FROM t") == [(1, "é")]


@pytest.mark.parametrize(
    ("mark", "options"),
    [("\ufeff", ""), ("\ufeff", '[files.t]\nencoding = "utf-16"'), ("", '[files.t]\nencoding = "utf-16"')],
)
def test_utf_16_with_the_high_byte_first_is_refused(folder: Folder, mark: str, options: str) -> None:
    folder.put("t.csv", f"{mark}Name,Umsatz\nä,1\nb,2\n".encode("utf-16-be"))
    folder.put("deadstop.toml", options)
    with pytest.raises(CatalogError, match="Convert it to UTF-8"):
        folder.read()


@pytest.mark.parametrize(("mark", "delimiter"), [("sep=;\r\n", ";"), ("SEP=,\n", ","), ("sep=\t\n", "\t")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_delimiter_that_the_first_line_says_is_taken(
    folder: Folder, mark: str, delimiter: str, encoding: str
) -> None:
    end = "\r\n" if "\r" in mark else "\n"
    lines = [delimiter.join(cells) for cells in (("Name", "Umsatz"), ("Ä", "5"), ("B", "7"))]
    folder.put("t.csv", (mark + end.join(lines)).encode(encoding))
    assert folder.read().tables[0].row_count == 2
    assert folder.rows("SELECT Name, Umsatz FROM t ORDER BY 2") == [("Ä", 5), ("B", 7)]


def test_what_windows_calls_latin_1_is_not(folder: Folder) -> None:
    folder.write("good.parquet", "SELECT 1 AS n")
    folder.put("t.csv", "a,b\n1,€\n".encode("cp1252"))
    folder.put("deadstop.toml", '[files.t]\nencoding = "latin-1"')
    assert "Windows-1252" in folder.read().warnings[0]


def test_a_file_without_a_header_says_so(folder: Folder) -> None:
    folder.put("t.csv", "1,a,2.5\n2,b,3.5\n")
    catalog = folder.read()
    assert folder.rows("SELECT column0, column1 FROM t ORDER BY 1") == [(1, "a"), (2, "b")]
    assert "no header line" in catalog.warnings[0]


@pytest.mark.parametrize("second", ["3,c\n4,d\n", "Carl,Rome\nDora,Oslo\n"])
def test_parts_of_which_only_one_has_a_header_are_refused(folder: Folder, second: str) -> None:
    folder.write("good.parquet", "SELECT 1 AS n")
    folder.put("t/1.csv", "id,name\n1,a\n2,b\n")
    folder.put("t/2.csv", second)
    catalog = folder.read()
    assert names(catalog) == ["good"]
    assert "header" in catalog.warnings[0]
    folder.put("t/2.csv", "name,id\nc,3\n")
    folder._connection.execute("DROP VIEW good").fetchall()
    folder.read()
    assert folder.rows("SELECT sum(id), max(name) FROM t") == [(6, "c")]
