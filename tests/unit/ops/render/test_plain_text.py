"""Markdown as plain text: marks go, words and what stands in code stay."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.render.plain_text import PlainText, plain_text


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
        ("*word*[a](http://b)", "worda (http://b)"),
        ("**see [_a_](http://b/_c_)**[d](e)", "see a (http://b/_c_)d (e)"),
        ("* item with *stress*", "* item with stress"),
        ("", ""),
    ],
)  # fmt: skip
def test_marks_go_and_words_stay(markdown: str, plain: str) -> None:
    assert plain_text(markdown) == plain


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("a__b__c and __d__", "a__b__c and d"),
        ("`a` # b", "a # b"),
        ("# `a` **b**", "a b"),
    ],
)
def test_words_with_marks_inside_stay(markdown: str, plain: str) -> None:
    assert plain_text(markdown) == plain


PIECES = st.lists(
    st.sampled_from(
        [
            "*",
            "**",
            "_",
            "__",
            "`",
            "```",
            "[a](http://b)",
            "[",
            "]",
            "!",
            "# ",
            "\n",
            " ",
            "word",
            "a_b",
            "3",
            ".",
            "~~~",
        ]
    ),
    max_size=14,
)


@settings(max_examples=300, deadline=None)
@given(PIECES, st.booleans())
def test_in_pieces_it_is_what_it_is_as_a_whole(pieces: list[str], whole_lines: bool) -> None:
    markdown = "".join(pieces)
    for parts in (pieces, markdown):
        text = PlainText(whole_lines=whole_lines)
        assert "".join([*map(text.feed, parts), text.rest()]) == plain_text(markdown)


def test_words_come_at_once_and_marks_when_they_are_closed() -> None:
    text = PlainText(whole_lines=False)
    pieces = ["There ", "are **12", " rows", "** in ", "a_b", " * 2\n", "# T", "itle", " `x"]
    assert list(map(text.feed, pieces)) == ["There ", "are ", "", "12 rows in ", "a_b", " * 2\n", "T", "itle", " "]
    assert text.rest() == "`x"
