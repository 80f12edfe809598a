"""No value of a JSON file is changed by the engine's guess at it: it is kept, or the table is left out."""

import pytest

from tests.harness.data.folders import Folder, column, names


def lines(*values: str) -> str:
    return "".join(f'{{"n": {at}, "v": {value}}}\n' for at, value in enumerate(values))


def shown(folder: Folder) -> list[object]:
    sql = "SELECT v::VARCHAR FROM t ORDER BY n"
    return [text for (text,) in folder.rows(sql)]


@pytest.mark.parametrize(
    ("values", "kind", "texts"),
    [
        (['"12-10-3"', '"1-1-2"'], "VARCHAR", ["12-10-3", "1-1-2"]),
        (['"01-02-21"'], "VARCHAR", ["01-02-21"]),
        (['"3:45"'], "VARCHAR", ["3:45"]),
        (['"epoch"'], "VARCHAR", ["epoch"]),
        (['"10:00:00.1234567"'], "VARCHAR", ["10:00:00.1234567"]),
        (['"10:00:00"'], "TIME", ["10:00:00"]),
        (['"550E8400-E29B-41D4-A716-446655440000"'], "VARCHAR", ["550E8400-E29B-41D4-A716-446655440000"]),
        (['"2020-01-01T10:00:00.1234567Z"'], "VARCHAR", ["2020-01-01T10:00:00.1234567Z"]),
        (['"2020-01-01T10:00:00.1234567"'], "TIMESTAMP_NS", ["2020-01-01 10:00:00.1234567"]),
        (['"2020-01-01"', '"2020-01-01 10:00:00"'], "TIMESTAMP", ["2020-01-01 00:00:00", "2020-01-01 10:00:00"]),
        (['"2020-01-01"', '""'], "VARCHAR", ["2020-01-01", ""]),
        (['["12-10-3"]'], "VARCHAR[]", ["[12-10-3]"]),
        (['{"d": "01-02-21"}'], 'STRUCT("d" VARCHAR)', ["{'d': 01-02-21}"]),
        (["9007199254740993", "1.5"], "DECIMAL(17,1)", ["9007199254740993.0", "1.5"]),
        (["1.5", "12345678901234567890123"], "DECIMAL(24,1)", ["1.5", "12345678901234567890123.0"]),
        (["9007199254740992", "1.5"], "DOUBLE", ["9007199254740992.0", "1.5"]),
        (["0.30000000000000004", "0.1000000000000000055511151231257827"], "DOUBLE", ["0.30000000000000004", "0.1"]),
        (["[9007199254740993, 1.5]"], "JSON", ["[9007199254740993,1.5]"]),
        (['{"id": 12345678901234567890123}'], "JSON", ['{"id":12345678901234567890123}']),
        (['{"id": "12345678901234567890123", "f": 1.5}'], 'STRUCT("id" VARCHAR, "f" DOUBLE)', None),
        (["5", '"A12"', "true"], "VARCHAR", ["5", "A12", "true"]),
        (['"A12"', '{"a": 1}'], "JSON", ['"A12"', '{"a":1}']),
    ],
)  # fmt: skip
def test_a_value_is_kept_as_it_is_written(
    folder: Folder, values: list[str], kind: str, texts: list[str] | None
) -> None:
    folder.put("t.jsonl", lines(*values))
    assert column(folder.read(), "t", "v").type == kind
    if texts is not None:
        assert shown(folder) == texts


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"Name": 1}\n{"name": 2}\n', "keys Name and name differ only in the case"),
        ('{"Name": 1, "name_1": 5}\n{"name": 2}\n', "keys Name and name differ only in the case"),
        ('{"v": 1.5}\n{"v": 90071992547409.93}\n', "its number 90071992547409.93 has more digits"),
        ('{"v": {"w": [0.12345678901234567890]}}\n', "its number 0.12345678901234567890 has more digits"),
        ('{"v": 1}\nnull\n{"v": 2}\n', "1 of its rows are null and no objects"),
    ],
)
def test_what_would_be_lost_leaves_the_table_out(folder: Folder, text: str, words: str) -> None:
    folder.write("good.parquet", "SELECT 1 AS n")
    folder.put("t.jsonl", text)
    folder.put("a.json", f"[{text.strip().replace(chr(10), ',')}]")
    catalog = folder.read()
    assert names(catalog) == ["good"]
    assert len(catalog.warnings) == 2
    assert all(words in warning for warning in catalog.warnings)


def test_all_digits_of_a_double_are_kept_whatever_its_exponent(folder: Folder) -> None:
    written = [repr(1 / 3e-200), repr(-1 / 3e120).upper(), f"{0.1:.17g}", f"{1 / 7e25:.16e}"]
    folder.put("t.jsonl", lines(*written))
    assert column(folder.read(), "t", "v").type == "DOUBLE"
    assert [float(str(text)) for text in shown(folder)] == list(map(float, written))


def test_keys_with_numbers_and_empty_rows_are_kept(folder: Folder) -> None:
    folder.put("t.jsonl", '{"n": 1, "v": 5, "v_1": 6}\n{}\n')
    assert column(folder.read(), "t", "v_1").maximum == "6"
    assert shown(folder) == ["5", None]


@pytest.mark.parametrize("first", ["5", '{"a": 1}'])
def test_a_text_is_the_same_in_every_part(folder: Folder, first: str) -> None:
    folder.put("t/1.jsonl", lines(first, '"A12"', '"A12"'))
    folder.put("t/2.jsonl", lines('"A12"'))
    folder.put("t/3.csv", "n,v\n1,A12\n")
    folder.read()
    assert folder._connection.execute("SELECT count(*) FROM t WHERE v = 'A12'").fetchall() == [(4,)]


def test_what_is_said_of_a_column_has_to_hold_for_its_texts(folder: Folder) -> None:
    folder.write("good.parquet", "SELECT 1 AS n")
    folder.put("t.jsonl", lines('"31.12.2020"', '"1.2.2021"'))
    folder.put("deadstop.toml", '[files.t]\ntypes = {v = "DATE %d.%m.%Y", n = "VARCHAR"}')
    assert column(folder.read(), "t", "n").type == "VARCHAR"
    assert shown(folder) == ["2020-12-31", "2021-02-01"]
    folder.put("t.jsonl", lines('"31.12.2020"', '"soon"'))
    folder._connection.execute("DROP VIEW t; DROP VIEW good").fetchall()
    assert "'soon' is not" in folder.read().warnings[0]


def test_objects_with_a_key_called_json_and_with_hundreds_of_keys_are_rows(folder: Folder) -> None:
    """The engine gives both the one column that it gives to what is no object."""
    folder.put("one.jsonl", '{"json": 1}\n{"json": 2}\n')
    folder.put("many.jsonl", "".join(f'{{"k{at}": {at}}}\n' for at in range(300)))
    folder.put("none.json", "[{}]")
    folder.put("list.json", "[1, 2]")
    catalog = folder.read()
    assert names(catalog) == ["many", "one"]
    assert folder.rows("SELECT json FROM one") == [(1,), (2,)]
    assert folder.rows("SELECT count(*), count(k7), sum(k299) FROM many") == [(300, 1, 299)]
    assert [one.name for one in catalog.left_out if "holds no objects" in one.why] == ["list", "none"]
