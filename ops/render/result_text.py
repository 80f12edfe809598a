"""A whole result in the form that a file or another program wants."""

import re
from dataclasses import dataclass, field
from typing import Any

import msgspec

from bus.values.column_names import distinct_names
from bus.values.logical_types import parse_type
from bus.values.value_text import value_text
from ops.client.access import WireObject
from ops.errors import OpsError
from ops.format import clean
from ops.render.plain_text import plain_text

FORMATS = ("text", "markdown", "csv", "json")

SUFFIXES = {".txt": "text", ".md": "markdown", ".csv": "csv", ".json": "json"}
"""How a file's name says its format."""

_SPECIAL = re.compile(r'[",\r\n]')
_MARKS = re.compile(r"[\\`*_\[\]|~]")


@dataclass
class StreamResult:
    """What a stream has brought so far."""

    response: str = ""
    sql: str = ""
    columns: list[dict[str, str]] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)
    clarification: dict[str, Any] | None = None
    truncated: bool = False

    def take(self, item: WireObject) -> None:
        """Note one object of the stream."""
        if item["event"] == "agent_complete":
            self._complete(item["data"]["result"])
        elif item["event"] == "agent_chunk":
            self._chunk(item["data"]["chunk"])

    def _chunk(self, chunk: dict[str, Any]) -> None:
        match chunk["type"]:
            case "response_chunk" if chunk["field"] == "response":
                self.response += chunk["chunk"]
            case "table_schema":  # a second one is a second try: the rows before it are void
                self.columns, self.rows = chunk["columns"], []
            case "table_rows":
                self.rows += chunk["rows"]
            case "sql":
                self.sql = chunk["sql"]

    def _complete(self, result: dict[str, Any]) -> None:
        self.clarification = result.get("clarification")
        self.truncated = bool((result["final_output"].get("raw_table") or {}).get("truncated"))


def result_text(result: StreamResult, form: str) -> str:
    """The result in one of `FORMATS`. Raises `OpsError` for CSV of an answer that has no table."""
    match form:
        case "csv":
            return _csv(result)
        case "json":
            return msgspec.json.encode(_document(result)).decode() + "\n"
        case "markdown":
            return _markdown(result)
    return _text(result)


def _csv(result: StreamResult) -> str:
    """RFC 4180 with a header line. NULL is empty and an empty text is `""`; of a single column both are `""`."""
    if not result.columns:
        raise OpsError("the answer has no table that could be written as CSV; its text comes with --format text")
    kinds = [parse_type(column["type"]) for column in result.columns]
    null = '""' if len(kinds) == 1 else ""  # readers skip an empty line
    names = distinct_names([column["name"] for column in result.columns])
    lines = [",".join(_csv_field(name, null) for name in names)]
    for row in result.rows:
        lines.append(
            ",".join(_csv_field(value_text(value, kind), null) for value, kind in zip(row, kinds, strict=True))
        )
    return "\n".join(lines) + "\n"


def _csv_field(text: str | None, null: str) -> str:
    if text is None:
        return null
    return text if text and not _SPECIAL.search(text) else '"' + text.replace('"', '""') + '"'


def _markdown(result: StreamResult) -> str:
    """The answer as it was written, and behind it its table."""
    parts = [clean(result.response.strip("\n"))]
    if result.columns:
        kinds = [parse_type(column["type"]) for column in result.columns]
        head = [[_guarded(column["name"]) for column in result.columns], ["---"] * len(kinds)]
        rows = [[_guarded(value_text(*cell)) for cell in zip(row, kinds, strict=True)] for row in result.rows]
        parts.append("\n".join(f"| {' | '.join(cells)} |" for cells in (*head, *rows)))
    return "\n\n".join(filter(None, parts)) + "\n"


def _guarded(text: str | None) -> str:
    """A value as a cell of a Markdown table, with marks escaped: a bar would begin another cell, a line's end another
    row, and stars would vanish."""
    if text is None:
        return "*null*"
    plain = _MARKS.sub(r"\\\g<0>", text.replace("&", "&amp;").replace("<", "&lt;"))
    return clean(plain.replace("\r\n", "<br>").replace("\n", "<br>"))


def _document(result: StreamResult) -> dict[str, Any]:
    return {
        "response": result.response,
        "sql": result.sql,
        "columns": result.columns,
        "rows": result.rows,
        "truncated": result.truncated,
        "clarification": result.clarification,
    }


def _text(result: StreamResult) -> str:
    """The table as lines with tabs between the values, and the answer without markdown."""
    lines = []
    if result.columns:
        kinds = [parse_type(column["type"]) for column in result.columns]
        lines.append("\t".join(clean(column["name"]) for column in result.columns))
        for row in result.rows:
            lines.append("\t".join(_cell(value_text(value, kind)) for value, kind in zip(row, kinds, strict=True)))
        lines.append("")
    return "\n".join([*lines, clean(plain_text(result.response.strip("\n")))]) + "\n"


def _cell(text: str | None) -> str:
    return clean((text or "").replace("\t", " ").replace("\n", " "))
