"""Files of text are read as what stands in them: each column with the narrowest type that holds all of it."""

import gzip
import time

import pytest

from tests.harness.data.folders import Folder, column, names


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
    folder.put("t.csv", "n,v\n" + "".join(f"{at},{text}\n" for at, text in enumerate([*texts, ""])))
    folder._connection.execute("SET TimeZone = 'UTC'").fetchall()
    catalog = folder.read()
    assert column(catalog, "t", "v").type == kind
    assert folder.rows("SELECT v::VARCHAR FROM t ORDER BY n") == [*((value,) for value in values), (None,)]
    assert (column(catalog, "t", "v").nulls, catalog.tables[0].row_count) == (1, len(texts) + 1)


def test_commas_of_one_column_tell_of_the_others_and_make_points_unclear(folder: Folder) -> None:
    folder.put("t.csv", "a;b;c\n1,5;1,250;1.250\n2,5;2,500;2.500\n")
    catalog = folder.read()
    assert [one.type for one in catalog.tables[0].columns] == ["DECIMAL(2,1)", "DECIMAL(4,3)", "VARCHAR"]
    assert folder.rows("SELECT sum(b)::VARCHAR, min(c) FROM t") == [("3.750", "1.250")]
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
    folder.put("t.csv", content)
    catalog = folder.read()
    assert column(catalog, "t", "v").type == kind
    assert any("v is read as text, because its points" in one for one in catalog.warnings) == (kind == "VARCHAR")
    folder.put("deadstop.toml", '[files.t]\ndecimal = "."\ntypes = {Ort = "VARCHAR"}')
    assert column(folder.read(), "t", "v").type != "VARCHAR"


def test_commas_of_one_part_make_points_of_another_unclear(folder: Folder) -> None:
    folder.put("t/1.csv", 'id,v\n1,"1.250,50"\n2,"3,20"\n')
    folder.put("t/2.csv", "id,v\n3,1.250\n4,2.500\n")
    catalog = folder.read()
    assert column(catalog, "t", "v").type == "VARCHAR"
    assert folder.rows("SELECT v FROM t ORDER BY id") == [("1.250,50",), ("3,20",), ("1.250",), ("2.500",)]
    assert "1.csv has commas before decimals" in "\n".join(catalog.warnings)


def test_a_text_far_behind_the_first_lines_counts(folder: Folder) -> None:
    folder.put("t.csv", "a,b,c\n" + "1,2.5,\n" * 30_000 + "007,2020,5\n")
    catalog = folder.read()
    assert [one.type for one in catalog.tables[0].columns] == ["VARCHAR", "DECIMAL(5,1)", "BIGINT"]
    assert folder.rows("SELECT max(a), sum(b)::VARCHAR, sum(c) FROM t WHERE a = '007'") == [("007", "2020.0", 5)]


def test_a_word_for_nothing_is_told(folder: Folder) -> None:
    folder.put("t.csv", "a,b\n1,NA\n2,5\n")
    catalog = folder.read()
    assert column(catalog, "t", "b").type == "VARCHAR"
    assert "because of 'NA'" in catalog.warnings[0]


def test_parts_of_text_and_parquet_meet_as_parts_of_parquet_do(folder: Folder) -> None:
    folder.put("t/1.csv", "id,price,day,code\n1,2.5,2020-01-01,7\n")
    folder.put("t/2.csv.gz", gzip.compress(b"id,price,day,code\n2,3.25,2020-01-02 10:00:00,007\n"))
    folder.put("t/3.jsonl", '{"id": 3, "price": 4, "day": "2020-01-03", "code": "x"}\n')
    folder.write(
        "t/4.parquet", "SELECT 4::INTEGER AS id, 0.125::DOUBLE AS price, DATE '2020-01-04' AS day, 'y' AS code"
    )
    catalog = folder.read()
    assert [(one.name, one.type) for one in catalog.tables[0].columns] == [
        ("id", "BIGINT"), ("price", "DOUBLE"), ("day", "TIMESTAMP"), ("code", "VARCHAR"),
    ]  # fmt: skip
    assert folder.rows("SELECT sum(id), sum(price), max(day)::VARCHAR FROM t") == [(10, 9.875, "2020-01-04 00:00:00")]
    assert folder.rows("SELECT code FROM t ORDER BY id") == [("7",), ("007",), ("x",), ("y",)]
    assert (column(catalog, "t", "id").minimum, column(catalog, "t", "id").maximum) == ("1", "4")


def test_where_text_meets_a_value_it_stays_as_it_is_written(folder: Folder) -> None:
    folder.put("t/1.csv", "n,v,d\n1,2.5,31.12.2020\n2,1.10,1.1.2021\n")
    folder.put("t/2.csv", "n,v,d\n3,n/k,soon\n")
    folder.read()
    assert folder.rows("SELECT v, d FROM t ORDER BY n") == [
        ("2.5", "31.12.2020"),
        ("1.10", "1.1.2021"),
        ("n/k", "soon"),
    ]


def test_keys_in_folders_and_empty_columns(folder: Folder) -> None:
    folder.put("t/k=1/a.csv", "n,nothing,k\n1,,9\n")
    folder.put("t/k=2/a.csv", "n,nothing\n2,\n")
    folder.put("h/a.csv", "x,y\n")
    catalog = folder.read()
    assert folder.rows("SELECT n, k, nothing FROM t ORDER BY n") == [(1, 1, None), (2, 2, None)]
    assert column(catalog, "t", "nothing").type == "VARCHAR"
    assert folder.rows("SELECT count(*) FROM h") == [(0,)]


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
    folder.put("t.jsonl", f'{{"v": {value}}}\n\n')
    folder.put("a.json", f'\ufeff[{{"v": {value}}},\n {{"w": 1}}]')
    catalog = folder.read()
    for table in ("t", "a"):
        assert column(catalog, table, "v").type.replace('"', "") == kind
        if text is not None:
            assert folder.rows(f"SELECT v::VARCHAR FROM {table} WHERE v IS NOT NULL") == [(text,)]


def test_a_table_is_called_as_its_file_without_any_ending(folder: Folder) -> None:
    for name in ("a.csv", "b.TSV", "c.csv.gz", "d.ndjson", "e.json.gz", "f.csv/part-0.csv"):
        text = '{"x":1}\n{"x":2}\n' if "json" in name else "x\ty\n1\t2\n"
        folder.put(name, gzip.compress(text.encode()) if name.endswith("gz") else text)
    assert names(folder.read()) == ["a", "b", "c", "d", "e", "f"]


MAX_CPU_S = 10.0
"""Some times what it takes; asking about each column by itself took twice as long."""


def test_hundreds_of_columns_are_asked_about_together(folder: Folder) -> None:
    texts = ("1", "x", "2020-01-01", "1.5", "NA")
    header, row = ",".join(f"c{at}" for at in range(500)), ",".join(texts[at % 5] for at in range(500))
    folder.put("wide.csv", f"{header}\n{row}\n{row}\n")
    before = time.process_time()
    catalog = folder.read()
    assert time.process_time() - before < MAX_CPU_S
    kinds = [column(catalog, "wide", f"c{at}").type for at in range(495, 500)]
    assert kinds == ["BIGINT", "VARCHAR", "DATE", "DECIMAL(2,1)", "VARCHAR"]
