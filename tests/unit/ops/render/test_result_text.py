"""A whole result as CSV, JSON and text."""

import json

import pytest

from ops.commands.jobs.ask import FORMATS as OFFERED
from ops.errors import OpsError
from ops.render.result_text import FORMATS, SUFFIXES, StreamResult, result_text


def stream(columns: list[dict[str, str]], rows: list[list[object]], response: str = "**done**") -> StreamResult:
    result = StreamResult()
    for chunk in (
        {"type": "table_schema", "columns": [{"name": "void", "type": "INTEGER"}]},
        {"type": "table_rows", "rows": [[0]]},
        {"type": "sql", "sql": "SELECT 1"},
        {"type": "table_schema", "columns": columns},
        {"type": "table_rows", "rows": rows},
        {"type": "response_chunk", "field": "prompt_monitor", "chunk": "not this"},
        {"type": "response_chunk", "field": "response", "chunk": response},
    ):
        result.take({"event": "agent_chunk", "data": {"chunk": chunk}})
    final = {"raw_table": {"truncated": True}}
    result.take({"event": "agent_complete", "data": {"result": {"final_output": final, "clarification": None}}})
    return result


TEXT, NUMBER = {"name": "a \"b\"", "type": "VARCHAR"}, {"name": "n", "type": "BIGINT"}  # fmt: skip


def test_the_formats_offered_are_those_there_are() -> None:
    assert OFFERED == FORMATS
    assert set(SUFFIXES.values()) == set(FORMATS)


def test_csv_tells_null_from_an_empty_text_and_quotes_what_needs_it() -> None:
    result = stream([TEXT, NUMBER], [["x,y", 1], ["", 2], [None, 3], ['say "hi"\nnow', None]])
    assert result_text(result, "csv") == '"a ""b""",n\n"x,y",1\n"",2\n,3\n"say ""hi""\nnow",\n'
    assert result_text(stream([TEXT], [[None], [""], ["z"]]), "csv") == '"a ""b"""\n""\n""\nz\n'


def test_csv_of_no_table_is_refused() -> None:
    with pytest.raises(OpsError, match="has no table"):
        result_text(StreamResult(response="hello"), "csv")


def test_json_is_one_document() -> None:
    document = json.loads(result_text(stream([NUMBER], [[1], [None]]), "json"))
    assert document == {
        "response": "**done**",
        "sql": "SELECT 1",
        "columns": [NUMBER],
        "rows": [[1], [None]],
        "truncated": True,
        "clarification": None,
    }


def test_text_has_tabs_between_values_and_none_inside() -> None:
    assert result_text(stream([TEXT, NUMBER], [["x\ty\nz", 7]]), "text") == 'a "b"\tn\nx y z\t7\n\ndone\n'


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert "\x1b" not in result_text(stream([TEXT], [["\x1b[2J"]], "\x1b]0;x\x07"), "text")


def test_markdown_has_the_answer_and_its_table_and_no_value_is_read_as_markup() -> None:
    rows: list[list[object]] = [["a|b\n*c*", 7], [None, None]]
    assert result_text(stream([TEXT, NUMBER], rows), "markdown") == (
        '**done**\n\n| a "b" | n |\n| --- | --- |\n| a\\|b<br>\\*c\\* | 7 |\n| *null* | *null* |\n'
    )
    assert result_text(StreamResult(response="hello\n"), "markdown") == "hello\n"
