"""Markdown as plain text: marks go, words and what stands in code stay."""

import pytest

from ops.render.plain_text import plain_text


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("**12 rows**.", "12 rows."),
        ("*Read as: a; b.*", "Read as: a; b."),
        ("# Title\n\n- **one** and _two_", "Title\n\n- one and two"),
        ("snake_case_name and 2 * 3 * 4", "snake_case_name and 2 * 3 * 4"),
        ("`a_b*c*` stays, **b** not", "a_b*c* stays, b not"),
        ("see [the page](http://x.y/z \"t\") now", "see the page (http://x.y/z) now"),
        ("```sql\nselect **1** as _a_\n```\nend", "select **1** as _a_\nend"),
        ("***both***", "both"),
        ("* item with *stress*", "* item with stress"),
        ("", ""),
    ],
)  # fmt: skip
def test_marks_go_and_words_stay(markdown: str, plain: str) -> None:
    assert plain_text(markdown) == plain
