"""Each sheet of a workbook is a table, with the types of its cells."""

import zipfile

import pytest

from agent_worker.catalog.description import DescriptionError
from agent_worker.engine.workbooks import bounds
from tests.harness.data.folders import Folder, column, names
from tests.harness.data.workbooks import (
    DATE,
    EMPTY,
    ERROR,
    MOMENT,
    TIME,
    boolean,
    number,
    rewrite,
    text,
    write_workbook,
)


def test_each_sheet_is_a_table_with_the_types_of_its_cells(folder: Folder) -> None:
    header = [text(name) for name in ("id", "code", "day", "moment", "price", "open", "t", "mixed", "none")]
    one = [number(1), text("007"), number(44000, DATE), number(44000.5, MOMENT), number(2.5), boolean(True),
           number(0.5, TIME), text("007"), EMPTY]  # fmt: skip
    two = [number(2), text("8"), number(44001, DATE), number(44001, DATE), number(3), boolean(False),
           EMPTY, number(7), EMPTY]  # fmt: skip
    write_workbook(folder.path / "shop.xlsx", {"sales": [header, one, two], "Old sales": [[text("x")], [number(5)]]})
    folder.write("plain.parquet", "SELECT 1 AS n")
    catalog = folder.read()
    assert sorted(names(catalog)) == ["plain", "shop_Old_sales", "shop_sales"]
    types = {one.name: one.type for one in next(t for t in catalog.tables if t.name == "shop_sales").columns}
    assert list(types.values()) == [
        "BIGINT", "VARCHAR", "DATE", "TIMESTAMP", "DOUBLE", "BOOLEAN", "TIME", "VARCHAR", "VARCHAR",
    ]  # fmt: skip
    assert folder.rows(
        "SELECT id, code, day::VARCHAR, moment::VARCHAR, price, open, t::VARCHAR, mixed FROM shop_sales"
    ) == [
        (1, "007", "2020-06-18", "2020-06-18 12:00:00", 2.5, True, "12:00:00", "007"),
        (2, "8", "2020-06-19", "2020-06-19 00:00:00", 3.0, False, None, "7"),
    ]
    price = column(catalog, "shop_sales", "price")
    assert (price.minimum, price.maximum, price.nulls) == ("2.5", "3.0", 0)


def test_numbers_that_a_cell_does_not_hold_exactly_stay_as_they_are(folder: Folder) -> None:
    write_workbook(folder.path / "t.xlsx", {"s": [[text("n")], [number("9007199254740993")], [number("0.1")]]})
    assert column(folder.read(), "t", "n").type == "DOUBLE"


def test_a_sheet_without_a_header_and_one_with_a_title(folder: Folder) -> None:
    write_workbook(folder.path / "a.xlsx", {"s": [[number(1), text("x")], [number(2), text("y")]]})
    write_workbook(folder.path / "b.xlsx", {"s": [[text("Report")], [text("n"), text("v")], [number(2), text("y")]]})
    (folder.path / "deadstop.toml").write_text("[files.b]\nskip = 1")
    catalog = folder.read()
    assert folder.rows("SELECT column0, column1 FROM a") == [(1, "x"), (2, "y")]
    assert folder.rows("SELECT n, v FROM b") == [(2, "y")]
    assert "no header" in catalog.warnings[0]


def test_errors_in_cells_are_counted_and_what_is_no_workbook_is_said(folder: Folder) -> None:
    write_workbook(folder.path / "t.xlsx", {"s": [[text("n")], [ERROR], [number(1)]]})
    (folder.path / "u.xlsx").write_text("not a workbook")
    (folder.path / "v.xlsx").write_bytes(b"")
    catalog = folder.read()
    assert names(catalog) == ["t"]
    assert folder.rows("SELECT count(*), sum(n) FROM t") == [(2, 1)]
    said = "\n".join(catalog.warnings)
    assert "1 cells with an error" in said
    assert "u.xlsx: it cannot be read as a workbook" in said
    assert "v.xlsx: it is empty" in said


@pytest.mark.parametrize(
    ("rows", "reach"),
    [
        ([['<c r="A1"><v>1</v></c>', '<c r="XFD1048576"><v>2</v></c>']], "1,048,576 rows and 16,384 columns"),
        ([["<c t=\"n\" r = 'b3'><v>1</v></c>"], ['<c r="c99999999"><v>2</v></c>']], "99,999,997 rows and 2 columns"),
        ([[number(1)] * 16_000, *([[number(2)]] * 5_000)], "5,001 rows and 16,000 columns"),
    ],
)
def test_a_sheet_that_reaches_too_far_is_left_out_by_itself(folder: Folder, rows: list[list[str]], reach: str) -> None:
    """Its reader would take the memory of the whole rectangle at once, and the process with it."""
    write_workbook(folder.path / "t.xlsx", {"far": rows, "near": [[text("n")], [number(1)]]})
    folder.write("plain.parquet", "SELECT 1 AS n")
    catalog = folder.read()
    assert sorted(names(catalog)) == ["plain", "t_near"]
    (warning,) = catalog.warnings
    assert warning.startswith(f"Table t_far is left out: {folder.path}/t.xlsx: sheet far reaches over {reach}")


def test_far_cells_of_a_narrow_table_are_read(folder: Folder) -> None:
    cells = [["<c r='AA1' t='str'><v>n</v></c>"], ['<c r="AA100000"><v>2</v></c>']]
    write_workbook(folder.path / "t.xlsx", {"s": cells})
    assert folder.read().tables[0].row_count == 1


def test_a_workbook_that_unpacks_to_too_much_is_left_out(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MAX_BYTES", 1 << 20)
    file = write_workbook(folder.path / "t.xlsx", {"s": [[text("n")], [number(1)]]})
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/sharedStrings.xml", b" " * (2 << 20))
    write_workbook(folder.path / "twice.xlsx", {"s": [[text("n")], [number(1)]]})
    with zipfile.ZipFile(folder.path / "twice.xlsx", "a") as parts:
        parts.writestr("xl/worksheets/Sheet1.xml", "")
    folder.write("plain.parquet", "SELECT 1 AS n")
    catalog = folder.read()
    assert names(catalog) == ["plain"]
    said = "\n".join(catalog.warnings)
    assert "bytes when it is unpacked, up to 1,048,576 are read" in said
    assert "two of its parts have one name" in said


def test_a_part_that_is_longer_than_its_file_says_is_no_workbook(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "MAX_BYTES", 1 << 20)
    file = write_workbook(folder.path / "t.xlsx", {"s": [[text("n")], [number(1)]]})
    length = 3 << 20
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/sharedStrings.xml", b" " * length)
    lying = file.read_bytes().replace(length.to_bytes(4, "little"), (9).to_bytes(4, "little"))
    file.write_bytes(lying)
    folder.write("plain.parquet", "SELECT 1 AS n")
    assert "it cannot be read as a workbook" in folder.read().warnings[0]


def test_rows_that_hold_nothing_are_no_rows(folder: Folder) -> None:
    nothing = ['<c s="1"/>', '<c t="str"><f>IF(1,"","")</f><v></v></c>']
    filled = [[number(1), number(2)], [number(3), EMPTY]]
    write_workbook(folder.path / "t.xlsx", {"s": [[text("a"), text("b")], filled[0], nothing, filled[1], nothing]})
    assert folder.read().tables[0].row_count == 2
    assert folder.rows("SELECT a, b FROM t ORDER BY a") == [(1, 2), (3, None)]


def test_errors_are_counted_however_they_are_quoted(folder: Folder) -> None:
    errors = ["<c r='A2' t='e'><v>#N/A</v></c>", '<c t = "e" s="1"><v>#REF!</v></c>', text("no t='e'")]
    write_workbook(folder.path / "t.xlsx", {"s": [[text("a"), text("b"), text("c")], errors]})
    assert "sheet s has 2 cells with an error" in "\n".join(folder.read().warnings)


@pytest.mark.parametrize("option", ['null = "NA"', 'decimal = ","', 'types = {n = "VARCHAR"}', 'delimiter = ";"'])
def test_options_that_a_sheet_does_not_take_are_errors(folder: Folder, option: str) -> None:
    write_workbook(folder.path / "t.xlsx", {"s": [[text("n")], [number(5)]]})
    (folder.path / "deadstop.toml").write_text(f"[files.t]\n{option}")
    with pytest.raises(DescriptionError, match=rf"files\.t\.{option.split()[0]} .*header or skip"):
        folder.read()


def test_rows_of_errors_are_rows_and_empty_ones_beside_them_are_none(folder: Folder) -> None:
    numbered = [f'<row r="{at}">{cells}</row>' for at, cells in ((3, ERROR), (5, EMPTY), (7, number(5)), (9, EMPTY))]
    write_workbook(
        folder.path / "t.xlsx",
        {"s": [[text("a")], [ERROR], [EMPTY], [number(5)]], "clean": [[text("a")], [number(5)], [EMPTY]]},
    )
    write_workbook(folder.path / "u.xlsx", {"s": [[text("a")], ["</row>", *numbered, "<row>"]]})
    catalog = folder.read()
    assert {table.name: table.row_count for table in catalog.tables} == {"t_clean": 1, "t_s": 2, "u": 2}
    assert len(catalog.warnings) == 2


def test_formulas_that_nobody_has_worked_out_and_merged_cells_are_said(folder: Folder) -> None:
    """Where a library has written a formula, its value is often an empty element."""
    cells = ["<c><f>A1+1</f></c>", "<c><f>A1</f><v>7</v></c>", '<c t="str"><f>IF(1,"","")</f><v/></c>']
    unknown = ["<c><f>A1+1</f><v /></c>", '<c t="n"><f>A1</f><v></v></c>', "<c><f/><v/></c>"]
    rows = [[text("a"), text("b"), text("c")], cells, unknown, [number(1)] * 3]
    file = write_workbook(folder.path / "t.xlsx", {"s": rows})
    merged = b'</sheetData><mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>'
    rewrite(file, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"</sheetData>", merged))
    catalog = folder.read()
    said = "\n".join(catalog.warnings)
    assert catalog.tables[0].row_count == 3
    assert "sheet s has 4 formulas without a value" in said
    assert "sheet s has 1 merged ranges" in said


def test_a_day_that_there_was_not_is_said(folder: Folder) -> None:
    cells = [[text("n"), text("day")], *([number(at), number(at, DATE)] for at in (1, 59, 60, 61))]
    write_workbook(folder.path / "odd.xlsx", {"s": cells})
    write_workbook(folder.path / "plain.xlsx", {"s": [*cells[:2], cells[-1]]})
    assert [one for one in folder.read().warnings if "February" in one] == [
        f"Table odd: {folder.path / 'odd.xlsx'}: sheet s has 2 dates of 28 February 1900, of which some may stand "
        "there as the 29th, a day that there was not."
    ]


def test_a_first_row_that_may_be_none_of_names_and_a_book_without_cells_are_said(folder: Folder) -> None:
    write_workbook(folder.path / "t.xlsx", {"s": [[text("alice"), text("paris")], [text("bob"), text("london")]]})
    write_workbook(folder.path / "u.xlsx", {"s": [[text("name"), text("zip")], [text("bob"), text("01234")]]})
    write_workbook(folder.path / "none.xlsx", {"s": []})
    said = folder.read().warnings
    assert len(said) == 2
    assert "none.xlsx: its sheets hold no cells" in said[0]
    assert "(alice, paris) is read as names" in said[1]
