"""Which lines are questions, and what is said of those that are none."""

from pathlib import Path

import pytest

from ops.errors import OpsError
from ops.evaluation.questions import read_questions


def test_lines_keep_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text('{"question": "a", "sql": "SELECT 1"}\n\n{"question": "b", "rows": []}\n')
    assert [(asked.line, asked.question.question) for asked in read_questions(path)] == [(1, "a"), (3, "b")]


def test_a_file_of_another_editor(tmp_path: Path) -> None:
    """With a mark of its encoding, line ends of two characters, and separators of lines within a text."""
    path = tmp_path / "questions.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"question": "a\xe2\x80\xa8b\xc2\x85c", "sql": "SELECT 1"}\r\n\r\n')
    assert [asked.question.question for asked in read_questions(path)] == ["a\u2028b\x85c"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "holds no question"),
        ("{", "line 1: Input data was truncated"),
        ('{"question": " ", "sql": "SELECT 1"}', "`question` is empty"),
        ('{"question": "a"}', "nothing says what is right"),
        ('{"question": "a", "row": [[1]]}', "unknown field `row`"),
        ('{"question": "a", "asks": true, "sql": "SELECT 1"}', "`asks` and `sql` say two things"),
        ('{"question": "a", "rows": [[1], [1, 2]]}', "differ in length"),
        ('{"question": "a", "sql": "SELECT 1", "database": "../other"}', "name a folder within"),
        ('{"question": "a", "sql": "SELECT 1", "database": "/etc"}', "name a folder within"),
    ],
)
def test_what_is_no_question_is_named(tmp_path: Path, line: str, says: str) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(line)
    with pytest.raises(OpsError) as raised:
        read_questions(path)
    assert says in str(raised.value)
    assert raised.value.exit_code == 2


def test_a_file_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(OpsError, match=r"cannot be read: No such file"):
        read_questions(tmp_path / "none.jsonl")
