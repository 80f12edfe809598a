"""Tables of results in the width of a terminal."""

import io

import pytest
from rich.console import Console

from ops.render.tables import fitting_widths, result_table


@pytest.mark.parametrize(
    ("needed", "room", "widths"),
    [([3, 5], 80, [3, 5]), ([15, 9, 200, 1], 60, [15, 9, 35, 1]), ([50, 4, 50], 44, [20, 4, 20]), ([9, 9], 1, [1, 1])],
)
def test_the_widest_columns_give_way(needed: list[int], room: int, widths: list[int]) -> None:
    assert fitting_widths(needed, room) == widths


def test_a_long_text_leaves_every_other_column_whole() -> None:
    columns = [{"name": name, "type": "VARCHAR"} for name in ("cjk", "long", "n")]
    table, left_out = result_table(columns, [["日本語テキスト", "long " * 100, "1"]], width=50)
    out = Console(file=io.StringIO(), width=50)
    out.print(table)
    assert isinstance(out.file, io.StringIO)
    header, row = out.file.getvalue().splitlines()
    assert header.split() == ["cjk", "long", "n"]
    assert row.startswith("日本語テキスト  long long")
    assert row.rstrip().endswith("…  1")
    assert left_out == 0
