"""An answer in the terminal: what goes to standard output, what to standard error."""

import io
from typing import Any

import pytest
from rich.console import Console

from bus.values.logical_types import LogicalType
from ops.render.answer_printer import SHOWN_ROWS, AnswerPrinter, exit_code_of
from ops.render.tables import cell_text


class Screen:
    """An `AnswerPrinter` and what it has printed."""

    def __init__(self, width: int = 80) -> None:
        self.out, self.err = io.StringIO(), io.StringIO()
        plain = {"markup": False, "emoji": False, "highlight": False}
        self.printer = AnswerPrinter(
            Console(file=self.out, width=width, **plain),  # type: ignore[arg-type]
            Console(file=self.err, width=width, soft_wrap=True, **plain),  # type: ignore[arg-type]
        )

    def show(self, *chunks: dict[str, Any]) -> None:
        for chunk in chunks:
            self.printer.show({"event": "agent_chunk", "data": {"chunk": chunk}})

    def end(self, response: str = "", clarification: dict[str, Any] | None = None) -> None:
        result = {"final_output": {"response": response}, "usage": {}, "clarification": clarification}
        self.printer.show({"event": "agent_complete", "data": {"result": result}})


def text(words: str) -> dict[str, Any]:
    return {"type": "response_chunk", "field": "response", "chunk": words}


def columns(*names: str) -> dict[str, Any]:
    return {"type": "table_schema", "columns": [{"name": name, "type": "BIGINT"} for name in names]}


def test_text_and_table_are_data_and_the_rest_is_narration() -> None:
    screen = Screen()
    screen.show({"type": "status", "message": "planning"}, {"type": "sql", "sql": "select month, delay"})
    screen.show(columns("month", "delay"), {"type": "table_rows", "rows": [[1, 10], [2, None]]})
    screen.show(text("Delays "), text("rise."))
    screen.end()
    assert screen.out.getvalue().split("\n") == [
        "month  delay",
        "    1     10",
        "    2       ",
        "Delays rise.",
        "",
    ]
    assert screen.err.getvalue().split("\n") == ["planning", "select month, delay", "succeeded", ""]


def test_no_digit_of_a_number_is_left_out() -> None:
    screen = Screen()
    rows = [[0.00123, "1.10"], [0.30000000000000004, "20.00"], [1.0, "3.00"]]
    schema = [{"name": "small", "type": "DOUBLE"}, {"name": "price", "type": "DECIMAL(4,2)"}]
    screen.show({"type": "table_schema", "columns": schema}, {"type": "table_rows", "rows": rows})
    screen.end()
    assert screen.out.getvalue().splitlines()[1:] == [
        "            0.00123   1.10",
        "0.30000000000000004  20.00",
        "                1.0   3.00",
    ]


def test_a_table_without_text_is_printed_at_the_end() -> None:
    screen = Screen()
    screen.show(columns("n"), {"type": "table_rows", "rows": [[n] for n in range(SHOWN_ROWS)]})
    screen.show({"type": "table_rows", "rows": [[n] for n in range(950)]})
    assert screen.out.getvalue() == ""
    screen.end()
    assert len(screen.out.getvalue().splitlines()) == SHOWN_ROWS + 1
    assert "50 of 1,000 rows shown; --csv prints all" in screen.err.getvalue()


def test_columns_that_have_no_room_are_counted() -> None:
    screen = Screen(width=30)
    screen.show(columns(*"abcdefgh"), {"type": "table_rows", "rows": [list(range(8))]})
    screen.end()
    assert max(map(len, screen.out.getvalue().splitlines())) <= 30
    assert "5 more columns have no room here" in screen.err.getvalue()


def test_a_response_that_was_not_streamed_is_printed_at_the_end() -> None:
    screen = Screen()
    screen.end("All of it.")
    assert screen.out.getvalue() == "All of it.\n"


def test_a_question_of_the_agent_is_an_answer() -> None:
    screen = Screen()
    screen.end(clarification={"question": "Which delay?", "suggestions": ["departure", "arrival"]})
    assert screen.out.getvalue() == "Which delay?\n  - departure\n  - arrival\n"


def test_narration_never_stands_in_the_middle_of_a_line_of_text() -> None:
    screen = Screen()
    screen.show(text("Delays"))
    screen.printer.say("stopping")
    assert screen.out.getvalue() == "Delays\n"


def test_hostile_text_and_cells_are_shown_and_not_obeyed() -> None:
    screen = Screen()
    screen.show(columns("n\x1b[31m"), {"type": "table_rows", "rows": [["\x1b[2J"]]}, text("\x1b]0;title\x07"))
    screen.show(text("[a](https://example.org) \x1b]8;;https://example.org\x07here\x1b]8;;\x07 \x9b31m\n"))
    screen.end()
    assert "a (https://example.org) ␛]8;;https://example.org␇here" in screen.out.getvalue()
    assert not {"\x1b", "\x07", "\x9b"} & set(screen.out.getvalue() + screen.err.getvalue())
    assert "\x1b" not in screen.out.getvalue() + screen.err.getvalue()
    assert "␛[2J" in screen.out.getvalue()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (True, "true"),
        (12, "12"),
        (12.63907, "12.63907"),
        (1.5e300, "1.5e+300"),
        ("two\nlines", "two lines"),
        ([1, {"a": None}], '[1,{"a":null}]'),
        ("x" * 300, "x" * 199 + "…"),
    ],
)
def test_cells(value: object, shown: str) -> None:
    assert cell_text(value, LogicalType("")) == shown


@pytest.mark.parametrize(
    ("event", "result", "code"),
    [
        ("agent_complete", {"clarification": None}, 0),
        ("agent_complete", {"clarification": {"question": "?", "suggestions": []}}, 3),
        ("agent_error", {}, 1),
        ("agent_killed", {}, 130),
    ],
)
def test_exit_codes(event: str, result: dict[str, Any], code: int) -> None:
    assert exit_code_of({"event": event, "data": {"result": result}}) == code
