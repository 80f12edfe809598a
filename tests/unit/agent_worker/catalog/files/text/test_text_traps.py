"""Files of text that are easily misread: each is read right, left out, or a warning says what was taken for granted."""

import codecs

import pytest

from tests.harness.data.folders import Folder, column, names

MARK = codecs.BOM_UTF8


@pytest.mark.parametrize("content", ["na,me;price\nx;1,5\ny;2,5;3\nz;3,5\n", "1,5;2\n3,5;4;5\n", "a\tx,1\nb\tc\ty,2\n"])
def test_lines_are_not_split_at_another_sign_where_one_of_them_is_ragged(folder: Folder, content: str) -> None:
    folder.put("t.csv", content)
    folder.put("u.csv", "a\n1\n")
    catalog = folder.read()
    assert names(catalog) == ["u"]
    assert "',' splits its lines alike, but" in catalog.warnings[0]


def test_signs_within_texts_are_no_second_delimiter(folder: Folder) -> None:
    folder.put("t.csv", "1,Toy,Adventure|Animation\n2,Jumanji,Adventure|Fantasy\n3,Heat,Crime\n")
    assert len(folder.read().tables[0].columns) == 3


@pytest.mark.parametrize("number", ["1e-400", "-1.5E-4000", "1.2345e-320"])
@pytest.mark.parametrize("content", ['{"a": %s}\n{"a": 2.5}\n', '{"a": %s}\n{"a": "x"}\n', '{"a": {"b": [%s]}}\n'])
def test_numbers_of_json_that_would_become_nothing_leave_it_out(folder: Folder, number: str, content: str) -> None:
    folder.put("t.jsonl", content.replace("%s", number))
    folder.put("u.jsonl", content.replace("%s", "0e-400") + '{"c": "1e-400"}\n')
    catalog = folder.read()
    assert names(catalog) == ["u"]
    assert f"its number {number} is nearer to 0" in catalog.warnings[0]


@pytest.mark.parametrize(("value", "word"), [("5", "NA"), ("2020-01-01", "null"), ("2.5", "-")])
def test_a_word_for_nothing_far_behind_the_first_lines_is_told(folder: Folder, value: str, word: str) -> None:
    folder.put("t.csv", "a,b,c\n" + f"1,{value},x\n" * 30_000 + f"1,{word},2\n")
    folder.put("other.csv", f"a,b\n1,{word}\n" + f"1,{value}\n" * 30_000 + "1,some text\n")
    catalog = folder.read()
    assert [f"because of {word!r}" in one for one in catalog.warnings] == [True]
    assert column(catalog, "t", "b").type == "VARCHAR"


def test_a_first_line_of_texts_over_texts_is_told(folder: Folder) -> None:
    folder.put("t.csv", "alice,paris\nbob,london\n")
    folder.put("code.csv", "name,zip\nbob,01234\n")
    folder.put("number.csv", "name,n\nbob,1\n")
    assert [one for one in folder.read().warnings if "(alice, paris) is read as names" in one]
    assert len(folder.read().warnings) == 1
    folder.put("deadstop.toml", "[files.t]\nheader = true")
    assert folder.read().warnings == ()


def test_a_quoted_name_behind_a_mark_is_not_split(folder: Folder) -> None:
    folder.put("t.csv", MARK + b'"Report, of sales"\na,b\n1,2\n')
    folder.put("u.csv", MARK + b'"a ""x""",b\n1,2\n')
    folder.put("plain.csv", MARK + b'"a x","b"\n1,2\n')
    catalog = folder.read()
    assert names(catalog) == ["plain"]
    assert "behind a byte order mark" in catalog.warnings[0]
    assert folder.rows('SELECT "a x", b FROM plain') == [(1, 2)]
    folder.put("deadstop.toml", "[files.t]\nskip = 1")
    folder.read()
    assert folder.rows("SELECT a, b FROM t") == [(1, 2)]


@pytest.mark.parametrize(
    ("skip", "content"), [(2, "x\ny\n\na,b\n1,2\n"), (0, "\n\na,b\n1,2\n"), (1, "x\r\n\r\na,b\r\n1,2\r\n")]
)
def test_empty_lines_behind_those_that_are_skipped_are_no_header(folder: Folder, skip: int, content: str) -> None:
    folder.put("t.csv", content)
    folder.put("deadstop.toml", f"[files.t]\nskip = {skip}")
    folder.read()
    assert folder.rows("SELECT a, b FROM t") == [(1, 2)]


@pytest.mark.parametrize("skip", [1, 2])
def test_a_text_over_several_lines_is_not_skipped_in_part(folder: Folder, skip: int) -> None:
    folder.put("t.csv", '"Report, of\nsales"\na,b\n1,2\n')
    folder.put("u.csv", "a\n1\n")
    folder.put("deadstop.toml", f"[files.t]\nskip = {skip}")
    catalog = folder.read()
    assert names(catalog) == ["u"]
    assert "a quoted text goes on" in catalog.warnings[0]


@pytest.mark.parametrize("content", [MARK, b"\n\n", b" \r\n"])
def test_a_file_of_nothing_but_blanks_holds_no_rows(folder: Folder, content: bytes) -> None:
    folder.put("t.csv", content)
    folder.put("u.csv", "a\n1\n")
    assert names(folder.read()) == ["u"]


@pytest.mark.parametrize("number", ["123456789012345678901234567890.5", "0.12345678901234567"])
def test_extremes_are_exact_however_many_digits_there_are(folder: Folder, number: str) -> None:
    folder.put("t.csv", f"v,w\n{number},1\n0.5,2\n{number}1,3\n")
    v = column(folder.read(), "t", "v")
    assert ((v.minimum, v.maximum),) == tuple(folder.rows("SELECT min(v)::VARCHAR, max(v)::VARCHAR FROM t"))


def test_whole_numbers_beyond_all_types_are_no_guess_about_commas(folder: Folder) -> None:
    folder.put("t.csv", f"v,w\n{'9' * 40},1\n1,2\n")
    assert folder.read().warnings == ()


def test_names_that_are_alike_are_never_taken_for_each_other(folder: Folder) -> None:
    folder.put("swapped/1.csv", "a,A\n1,2\n")
    folder.put("swapped/2.csv", "A,a\n3,4\n")
    folder.put("numbered/1.csv", "a,a\n1,2\n")
    folder.put("numbered/2.csv", "a_1,a\n3,4\n")
    folder.put("same/1.csv", "a,a,\n1,2,\n")
    folder.put("same/2.csv", "a,a,\n3,4.5,\n")
    catalog = folder.read()
    assert names(catalog) == ["same"]
    assert folder.rows("SELECT sum(a), sum(a_1)::VARCHAR FROM same") == [(4, "6.5")]
    assert any("two of its columns are called a" in warning for warning in catalog.warnings)
    assert sum("give each a name of its own" in warning for warning in catalog.warnings) == 2


@pytest.mark.parametrize(
    ("one", "two", "said"),
    [("13/01/2021", "01/13/2021", True), ("13.01.2021", "01-13-2021", True), ("13/01/2021", "14-01-2021", False)],
)
def test_parts_that_write_days_and_months_in_two_orders_are_said(
    folder: Folder, one: str, two: str, said: bool
) -> None:
    for name, day in (("a", one), ("b", two)):
        folder.put(f"t/{name}.csv", f"Day,n\n{day},1\n")
    catalog = folder.read()
    assert column(catalog, "t", "Day").type == "DATE"
    named = f"in column day days stand before months in {folder.path / 't/a.csv'}, and months before days in "
    assert any(named in warning for warning in catalog.warnings) is said


def test_parts_in_which_nothing_tells_days_from_months_stay_text_beside_one_that_does(folder: Folder) -> None:
    for name, day in (("a", "13/01/2021"), ("b", "01/02/2021")):
        folder.put(f"t/{name}.csv", f"day,n\n{day},1\n")
    assert column(folder.read(), "t", "day").type == "VARCHAR"
