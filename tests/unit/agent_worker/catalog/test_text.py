"""Files of text are read as what stands in them, or it is said why not."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from agent_worker.catalog import CatalogError, DescriptionError
from tests.harness.folders import Folder, column, names


def put(folder: Folder, name: str, text: str | bytes) -> Path:
    file = folder.path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def rows(folder: Folder, sql: str) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = folder._connection.execute(sql).fetchall()
    return found


@pytest.mark.parametrize(
    ("texts", "kind", "values"),
    [
        (["1", "-20"], "BIGINT", ["1", "-20"]),
        (["1", "007"], "VARCHAR", ["1", "007"]),
        (["9223372036854775808"], "HUGEINT", ["9223372036854775808"]),
        (["1" * 40], "VARCHAR", ["1" * 40]),
        (["1.10", "2.5", "-3"], "DECIMAL(3,2)", ["1.10", "2.50", "-3.00"]),
        (["0.1", "00.5"], "VARCHAR", ["0.1", "00.5"]),
        (["1e3", "2.5"], "DOUBLE", ["1000.0", "2.5"]),
        (["0.30000000000000004"], "DOUBLE", ["0.30000000000000004"]),
        (["0.1234567890123456789"], "DECIMAL(20,19)", ["0.1234567890123456789"]),
        (["1e999"], "VARCHAR", ["1e999"]),
        (["1e-400", "2.5e3"], "VARCHAR", ["1e-400", "2.5e3"]),
        (["1.2345e-320", "2.5e3"], "VARCHAR", ["1.2345e-320", "2.5e3"]),
        (["0e-400", "2.5e-3"], "DOUBLE", ["0.0", "0.0025"]),
        (["90071992547409.93", "1.5"], "DECIMAL(16,2)", ["90071992547409.93", "1.50"]),
        (["90071992547409.93", "1.5e3"], "VARCHAR", ["90071992547409.93", "1.5e3"]),
        (["1E1", "2E1", "10"], "VARCHAR", ["1E1", "2E1", "10"]),
        (["1e+20", "1"], "DOUBLE", ["1e+20", "1.0"]),
        (["nan", "5"], "DOUBLE", ["nan", "5.0"]),
        (["nan", "1.5"], "DOUBLE", ["nan", "1.5"]),
        (["nan", "inf"], "VARCHAR", ["nan", "inf"]),
        (["true", "False"], "BOOLEAN", ["true", "false"]),
        (["2020-02-29", "2021-01-01"], "DATE", ["2020-02-29", "2021-01-01"]),
        (["2021-02-29"], "VARCHAR", ["2021-02-29"]),
        (["2020-01-01", "2020-01-01T10:00:05.5"], "TIMESTAMP", ["2020-01-01 00:00:00", "2020-01-01 10:00:05.5"]),
        (["2020-01-01 10:00:00.123456789"], "TIMESTAMP_NS", ["2020-01-01 10:00:00.123456789"]),
        (["2020-01-01T10:00:00+02:00"], "TIMESTAMP WITH TIME ZONE", ["2020-01-01 08:00:00+00"]),
        (["2020-01-01T10:00:00Z", "2020-01-01T10:00:00"], "VARCHAR", ["2020-01-01T10:00:00Z", "2020-01-01T10:00:00"]),
        (["23:59:59"], "TIME", ["23:59:59"]),
        (["25:00:00"], "VARCHAR", ["25:00:00"]),
        (["31.12.2020", "1.2.2021"], "DATE", ["2020-12-31", "2021-02-01"]),
        (["31/12/2020", "01/02/2021"], "DATE", ["2020-12-31", "2021-02-01"]),
        (["12/31/2020", "01/02/2021"], "DATE", ["2020-12-31", "2021-01-02"]),
        (["01/02/2021", "03/04/2021"], "VARCHAR", ["01/02/2021", "03/04/2021"]),
        (["+49 30 1", "5"], "VARCHAR", ["+49 30 1", "5"]),
        ([" 1", "2 "], "BIGINT", ["1", "2"]),
        ([" x", "2 "], "VARCHAR", [" x", "2 "]),
    ],
)  # fmt: skip
def test_a_column_gets_the_narrowest_type_that_holds_all_its_texts(
    folder: Folder, texts: list[str], kind: str, values: list[str]
) -> None:
    put(folder, "t.csv", "n,v\n" + "".join(f"{at},{text}\n" for at, text in enumerate([*texts, ""])))
    folder._connection.execute("SET TimeZone = 'UTC'").fetchall()
    catalog = folder.read()
    assert column(catalog, "t", "v").type == kind
    assert rows(folder, "SELECT v::VARCHAR FROM t ORDER BY n") == [*((value,) for value in values), (None,)]
    assert (column(catalog, "t", "v").nulls, catalog.tables[0].row_count) == (1, len(texts) + 1)


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
    put(folder, "t.csv", content)
    catalog = folder.read()
    ((kind, total),) = expected
    assert column(catalog, "t", "a").type == kind
    if total is not None:
        assert rows(folder, "SELECT sum(a)::VARCHAR FROM t") == [(total,)]
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
    put(folder, name, gzip.compress(content.encode()) if name.endswith("gz") else content)
    (table,) = folder.read().tables
    first, second = (f'"{one.name}"' for one in table.columns)
    assert rows(folder, f"SELECT {first}, {second}::VARCHAR FROM t ORDER BY 1") == expected


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
    put(folder, "t.csv", content)
    with pytest.raises(CatalogError, match="Say delimiter in deadstop"):
        folder.read()
    put(folder, "deadstop.toml", f'[files.t]\ndelimiter = "{"|" if "|" in content else ";"}"')
    assert len(folder.read().tables[0].columns) == 2


def test_commas_of_one_column_tell_of_the_others_and_make_points_unclear(folder: Folder) -> None:
    put(folder, "t.csv", "a;b;c\n1,5;1,250;1.250\n2,5;2,500;2.500\n")
    catalog = folder.read()
    assert [one.type for one in catalog.tables[0].columns] == ["DECIMAL(2,1)", "DECIMAL(4,3)", "VARCHAR"]
    assert rows(folder, "SELECT sum(b)::VARCHAR, min(c) FROM t") == [("3.750", "1.250")]
    assert "points" in catalog.warnings[0]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("Ort;v\nA;12.345\nB;9.876\n", "VARCHAR"),
        ("Ort;v\nA;12.345\nB;nan\nC;5\n", "VARCHAR"),
        ("Ort;v\nA;12.345\nB;9.87\n", "DECIMAL(5,3)"),
        ("Ort;v\nA;0.125\nB;9.876\n", "DECIMAL(4,3)"),
        ("Ort;v\nA;1234.125\nB;9.876\n", "DECIMAL(7,3)"),
        ("Ort,v\nA,12.345\nB,9.876\n", "DECIMAL(5,3)"),
        ('Ort,v\n"1,250",12.345\n"2,500",9.876\n', "VARCHAR"),
        ('Ort,v\n"1,5",12.345\n"2,5",9.876\n', "VARCHAR"),
    ],
)
def test_points_between_what_may_be_thousands_are_no_decimal_points(folder: Folder, content: str, kind: str) -> None:
    put(folder, "t.csv", content)
    catalog = folder.read()
    assert column(catalog, "t", "v").type == kind
    assert any("v is read as text, because its points" in one for one in catalog.warnings) == (kind == "VARCHAR")
    put(folder, "deadstop.toml", '[files.t]\ndecimal = "."\ntypes = {Ort = "VARCHAR"}')
    assert column(folder.read(), "t", "v").type != "VARCHAR"


def test_commas_of_one_part_make_points_of_another_unclear(folder: Folder) -> None:
    put(folder, "t/1.csv", 'id,v\n1,"1.250,50"\n2,"3,20"\n')
    put(folder, "t/2.csv", "id,v\n3,1.250\n4,2.500\n")
    catalog = folder.read()
    assert column(catalog, "t", "v").type == "VARCHAR"
    assert rows(folder, "SELECT v FROM t ORDER BY id") == [("1.250,50",), ("3,20",), ("1.250",), ("2.500",)]
    assert "1.csv has commas before decimals" in "\n".join(catalog.warnings)


def test_quotes_hold_newlines_delimiters_and_quotes(folder: Folder) -> None:
    put(folder, "t.csv", 'a,b\r\n1,"x\ny, ""z"""\r\n2,\r\n')
    folder.read()
    assert rows(folder, "SELECT a, b FROM t ORDER BY a") == [(1, 'x\ny, "z"'), (2, None)]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_backslashes_that_would_be_dropped_are_refused(folder: Folder, pack: Callable[[bytes], bytes]) -> None:
    name = "t.csv" if pack is bytes else "t.csv.gz"
    put(folder, name, pack(b'a,b\n1,"y \\" z"\n2,"back\\\\slash"\n'))
    folder.read()
    assert rows(folder, "SELECT b FROM t ORDER BY a") == [('y " z',), ("back\\slash",)]
    put(folder, name, pack(b'a,b\n1,"y \\" z"\n2,"C:\\temp, old"\n'))
    with pytest.raises(CatalogError, match=r"line 3 .*Write quotes within quotes twice"):
        folder.read()


def test_backslashes_are_signs_as_others_where_quotes_are_doubled(folder: Folder) -> None:
    put(folder, "t.csv", b'a,b\n1,"x ""y"""\n2,"C:\\temp, old"\n')
    folder.read()
    assert rows(folder, "SELECT b FROM t WHERE a = 2") == [("C:\\temp, old",)]


def test_quotes_far_behind_the_first_lines_are_quotes(folder: Folder) -> None:
    put(folder, "t.csv", "a,b\n" + "1,x\n" * 30_000 + '2,"y,z"\n')
    folder.read()
    assert rows(folder, "SELECT b FROM t WHERE a = 2") == [("y,z",)]


def test_a_text_far_behind_the_first_lines_counts(folder: Folder) -> None:
    put(folder, "t.csv", "a,b,c\n" + "1,2.5,\n" * 30_000 + "007,2020,5\n")
    catalog = folder.read()
    assert [one.type for one in catalog.tables[0].columns] == ["VARCHAR", "DECIMAL(5,1)", "BIGINT"]
    assert rows(folder, "SELECT max(a), sum(b)::VARCHAR, sum(c) FROM t WHERE a = '007'") == [("007", "2020.0", 5)]


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
    file = put(folder, name, content)
    catalog = folder.read()
    assert names(catalog) == ["good"]
    (warning,) = catalog.warnings
    assert warning.startswith("Table t is left out")
    assert all(word in warning for word in [str(file), *words]), warning


@pytest.mark.parametrize(
    ("content", "encoding"), [("\ufeffa,b\n1,é\n", "utf-8"), ("a,b\n1,é\n", "utf-16"), ("a,b\n1,é\n", "latin-1")]
)
def test_encodings(folder: Folder, content: str, encoding: str) -> None:
    put(folder, "t.csv", content.encode(encoding))
    if encoding == "latin-1":
        put(folder, "deadstop.toml", '[files.t]\nencoding = "latin-1"')
    folder.read()
    assert rows(folder, "SELECT a, b FROM t") == [(1, "é")]


@pytest.mark.parametrize(
    ("mark", "options"),
    [("\ufeff", ""), ("\ufeff", '[files.t]\nencoding = "utf-16"'), ("", '[files.t]\nencoding = "utf-16"')],
)
def test_utf_16_with_the_high_byte_first_is_refused(folder: Folder, mark: str, options: str) -> None:
    put(folder, "t.csv", f"{mark}Name,Umsatz\nä,1\nb,2\n".encode("utf-16-be"))
    put(folder, "deadstop.toml", options)
    with pytest.raises(CatalogError, match="Convert it to UTF-8"):
        folder.read()


@pytest.mark.parametrize(("mark", "delimiter"), [("sep=;\r\n", ";"), ("SEP=,\n", ","), ("sep=\t\n", "\t")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_delimiter_that_the_first_line_says_is_taken(
    folder: Folder, mark: str, delimiter: str, encoding: str
) -> None:
    end = "\r\n" if "\r" in mark else "\n"
    lines = [delimiter.join(cells) for cells in (("Name", "Umsatz"), ("Ä", "5"), ("B", "7"))]
    put(folder, "t.csv", (mark + end.join(lines)).encode(encoding))
    assert folder.read().tables[0].row_count == 2
    assert rows(folder, "SELECT Name, Umsatz FROM t ORDER BY 2") == [("Ä", 5), ("B", 7)]


def test_what_windows_calls_latin_1_is_not(folder: Folder) -> None:
    folder.write("good.parquet", "SELECT 1 AS n")
    put(folder, "t.csv", "a,b\n1,€\n".encode("cp1252"))
    put(folder, "deadstop.toml", '[files.t]\nencoding = "latin-1"')
    assert "Windows-1252" in folder.read().warnings[0]


def test_the_owner_says_how_a_file_is_read(folder: Folder) -> None:
    put(folder, "t.csv", "made by a machine\nx;1.500;01/02/2021;NA;7\ny;2.500;03/04/2021;5;8\n")
    put(
        folder,
        "deadstop.toml",
        '[files.t]\ndelimiter = ";"\nheader = false\nskip = 1\ndecimal = ","\nnull = "NA"\n'
        'types = {column2 = "DATE %m/%d/%Y", column4 = "VARCHAR"}\n',
    )
    folder.read()
    sql = "SELECT column0, column1::INTEGER, column2::VARCHAR, column3, column4 FROM t ORDER BY ALL"
    assert rows(folder, sql) == [("x", 1500, "2021-01-02", None, "7"), ("y", 2500, "2021-03-04", 5, "8")]


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
    put(folder, "t.csv", "a,b\n1,2\n")
    put(folder, "deadstop.toml", toml)
    with pytest.raises(DescriptionError, match=words):
        folder.read()


@pytest.mark.parametrize(
    ("said", "words"),
    [("BIGINT", "'x' in row 1 is not"), ("NOTHING SUCH; DROP", "is no type"), ("DATE %Y", "'x' in row 1 is not")],
)
def test_a_type_that_does_not_fit_leaves_the_table_out(folder: Folder, said: str, words: str) -> None:
    put(folder, "t.csv", "a,b\n1,x\n")
    put(folder, "deadstop.toml", f'[files.t]\ntypes = {{b = "{said}"}}')
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
    put(folder, "deadstop.toml", f'[files.t]\ndecimal = "{decimal}"\ntypes = {{v = "{said}"}}')
    good, bad = texts
    put(folder, "t.csv", f"n;v\n1;{good}\n")
    folder.read()
    assert rows(folder, "SELECT v::VARCHAR FROM t") == [(shown,)]
    put(folder, "t.csv", f"n;v\n1;{good}\n2;{bad}\n")
    with pytest.raises(CatalogError, match=rf"t\.csv: its column v is said to be .*'{re.escape(bad)}' in row 2 is not"):
        folder.read()


def test_a_word_for_nothing_is_told(folder: Folder) -> None:
    put(folder, "t.csv", "a,b\n1,NA\n2,5\n")
    catalog = folder.read()
    assert column(catalog, "t", "b").type == "VARCHAR"
    assert "because of 'NA'" in catalog.warnings[0]


def test_a_file_without_a_header_says_so(folder: Folder) -> None:
    put(folder, "t.csv", "1,a,2.5\n2,b,3.5\n")
    catalog = folder.read()
    assert rows(folder, "SELECT column0, column1 FROM t ORDER BY 1") == [(1, "a"), (2, "b")]
    assert "no header line" in catalog.warnings[0]


@pytest.mark.parametrize("second", ["3,c\n4,d\n", "Carl,Rome\nDora,Oslo\n"])
def test_parts_of_which_only_one_has_a_header_are_refused(folder: Folder, second: str) -> None:
    folder.write("good.parquet", "SELECT 1 AS n")
    put(folder, "t/1.csv", "id,name\n1,a\n2,b\n")
    put(folder, "t/2.csv", second)
    catalog = folder.read()
    assert names(catalog) == ["good"]
    assert "header" in catalog.warnings[0]
    put(folder, "t/2.csv", "name,id\nc,3\n")
    folder._connection.execute("DROP VIEW good").fetchall()
    folder.read()
    assert rows(folder, "SELECT sum(id), max(name) FROM t") == [(6, "c")]


def test_parts_of_text_and_parquet_meet_as_parts_of_parquet_do(folder: Folder) -> None:
    put(folder, "t/1.csv", "id,price,day,code\n1,2.5,2020-01-01,7\n")
    put(folder, "t/2.csv.gz", gzip.compress(b"id,price,day,code\n2,3.25,2020-01-02 10:00:00,007\n"))
    put(folder, "t/3.jsonl", '{"id": 3, "price": 4, "day": "2020-01-03", "code": "x"}\n')
    folder.write(
        "t/4.parquet", "SELECT 4::INTEGER AS id, 0.125::DOUBLE AS price, DATE '2020-01-04' AS day, 'y' AS code"
    )
    catalog = folder.read()
    assert [(one.name, one.type) for one in catalog.tables[0].columns] == [
        ("id", "BIGINT"), ("price", "DOUBLE"), ("day", "TIMESTAMP"), ("code", "VARCHAR"),
    ]  # fmt: skip
    assert rows(folder, "SELECT sum(id), sum(price), max(day)::VARCHAR FROM t") == [(10, 9.875, "2020-01-04 00:00:00")]
    assert rows(folder, "SELECT code FROM t ORDER BY id") == [("7",), ("007",), ("x",), ("y",)]
    assert (column(catalog, "t", "id").minimum, column(catalog, "t", "id").maximum) == ("1", "4")


def test_where_text_meets_a_value_it_stays_as_it_is_written(folder: Folder) -> None:
    put(folder, "t/1.csv", "n,v,d\n1,2.5,31.12.2020\n2,1.10,1.1.2021\n")
    put(folder, "t/2.csv", "n,v,d\n3,n/k,soon\n")
    folder.read()
    assert rows(folder, "SELECT v, d FROM t ORDER BY n") == [
        ("2.5", "31.12.2020"),
        ("1.10", "1.1.2021"),
        ("n/k", "soon"),
    ]


def test_keys_in_folders_and_empty_columns(folder: Folder) -> None:
    put(folder, "t/k=1/a.csv", "n,nothing,k\n1,,9\n")
    put(folder, "t/k=2/a.csv", "n,nothing\n2,\n")
    put(folder, "h/a.csv", "x,y\n")
    catalog = folder.read()
    assert rows(folder, "SELECT n, k, nothing FROM t ORDER BY n") == [(1, 1, None), (2, 2, None)]
    assert column(catalog, "t", "nothing").type == "VARCHAR"
    assert rows(folder, "SELECT count(*) FROM h") == [(0,)]


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ("9007199254740993", "BIGINT", "9007199254740993"),
        ("123456789012345678901234567890", "HUGEINT", "123456789012345678901234567890"),
        ("1e999", "VARCHAR", None),
        ('"007"', "VARCHAR", "007"),
        ("1.5", "DOUBLE", "1.5"),
        ('"2020-01-01"', "DATE", "2020-01-01"),
        ("null", "VARCHAR", None),
        ('{"x": [1, 2]}', "STRUCT(x BIGINT[])", "{'x': [1, 2]}"),
    ],
)
def test_values_of_json(folder: Folder, value: str, kind: str, text: str | None) -> None:
    put(folder, "t.jsonl", f'{{"v": {value}}}\n\n')
    put(folder, "a.json", f'\ufeff[{{"v": {value}}},\n {{"w": 1}}]')
    catalog = folder.read()
    for table in ("t", "a"):
        assert column(catalog, table, "v").type.replace('"', "") == kind
        if text is not None:
            assert rows(folder, f"SELECT v::VARCHAR FROM {table} WHERE v IS NOT NULL") == [(text,)]


def test_a_table_is_called_as_its_file_without_any_ending(folder: Folder) -> None:
    for name in ("a.csv", "b.TSV", "c.csv.gz", "d.ndjson", "e.json.gz", "f.csv/part-0.csv"):
        text = '{"x":1}\n{"x":2}\n' if "json" in name else "x\ty\n1\t2\n"
        put(folder, name, gzip.compress(text.encode()) if name.endswith("gz") else text)
    assert names(folder.read()) == ["a", "b", "c", "d", "e", "f"]
