"""Which values of text columns are kept."""

import pytest

from agent_worker.catalog.profile.values import MAX_VALUE_CHARS, MAX_VALUES, SAMPLE_ROWS
from agent_worker.engine.settings import quote_name
from tests.harness.data.folders import Folder, column

KINDS = {
    "few": ("['b', 'a', NULL][i % 3 + 1]", 2, ("a", "b")),
    "most": (f"lpad((i % {MAX_VALUES})::VARCHAR, 3, '0')", MAX_VALUES, tuple(f"{n:03}" for n in range(MAX_VALUES))),
    "too_many": (f"'x' || (i % {MAX_VALUES + 1})", None, ()),
    "too_long": (f"repeat('x', {MAX_VALUE_CHARS} + (i % 2)::INT)", 2, ()),
    "nothing": ("NULL::VARCHAR", 0, ()),
    "quo\"'ted": ("'it''s'", 1, ("it's",)),
}
"""Each column's text in row `i`, how many values are known of it, and which are kept."""


@pytest.mark.parametrize("rows", [SAMPLE_ROWS, SAMPLE_ROWS + 1], ids=["together", "one by one"])
def test_the_values_of_few_are_kept_whether_columns_are_asked_about_together_or_not(folder: Folder, rows: int) -> None:
    columns = ", ".join(f"{text} AS {quote_name(name)}" for name, (text, _, _) in KINDS.items())
    folder.write("t.parquet", f"SELECT {columns} FROM range({rows}) r(i)")
    catalog = folder.read()
    found = {name: (column(catalog, "t", name).distinct, column(catalog, "t", name).values) for name in KINDS}
    assert found == {name: (distinct, values) for name, (_, distinct, values) in KINDS.items()}
