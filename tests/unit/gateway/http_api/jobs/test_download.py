"""A downloaded result is named after its question."""

import pytest

from gateway.http_api.jobs.download import MAX_STEM_CHARS, file_stem


@pytest.mark.parametrize(
    ("question", "stem"),
    [
        ("Revenue by month?", "revenue-by-month"),
        ('select * from "flights"\n limit 10', "select-from-flights-limit-10"),
        ("../../etc/passwd\r\nX: 1", "etc-passwd-x-1"),
        ("売上は", "7f3a"),
    ],
)
def test_it_holds_the_words_of_the_question(question: str, stem: str) -> None:
    assert file_stem(question, "7f3a") == stem


def test_it_is_short_and_ends_with_a_word() -> None:
    stem = file_stem("word " * 100, "7f3a")
    assert len(stem) <= MAX_STEM_CHARS
    assert not stem.endswith("-")
