"""Collects from an agent's events what the job's result consists of."""

from typing import Any

from bus.contract.events import (
    Chart,
    Clarification,
    Event,
    FinalOutput,
    NamedColumn,
    Node,
    RawTable,
    ResponseChunk,
    Result,
    Sql,
    TableRows,
    TableSchema,
    Usage,
)
from bus.wire.worker import KeptTurn

MAX_RESULT_ROWS = 1_000
"""`raw_table.rows` holds at most so many; all of them came as `table_rows`."""

MAX_RESULT_BYTES = 4_000_000
"""Nor more rows than fit in here, and of each text no more (in UTF-8) than this: all of it came as chunks, and the last
event, which is written and sent in one piece, must not grow with the stream."""

MAX_TIMINGS = 1_000
"""Steps whose time is told; further ones came as events."""

MAX_TURN_CHARS = 2_000


class ResultBuilder:
    """The running result of one job."""

    def __init__(self, question: str) -> None:
        self._question = question
        self._text: dict[str, list[str]] = {"response": [], "prompt_monitor": []}
        self._schema: TableSchema | None = None
        self._tables: list[TableRows] = []
        self._kept = self._kept_bytes = 0
        self._text_bytes = dict.fromkeys(self._text, 0)
        self._chart: dict[str, Any] | None = None
        self._sql = ""
        self._timings: dict[str, float] = {}
        self.rows = 0

    def add(self, event: Event) -> None:
        """Take notice of an event that goes out."""
        if isinstance(event, ResponseChunk):
            self._add_text(event)
        elif isinstance(event, TableRows):
            self._add_rows(event)
        elif isinstance(event, TableSchema):
            self._schema, self._tables, self._chart = event, [], None
            self._kept = self._kept_bytes = self.rows = 0
        elif isinstance(event, Chart):
            self._chart = event.spec
        elif isinstance(event, Sql):
            self._sql = event.sql
        elif isinstance(event, Node) and event.state != "started":
            name = f"{event.node}_ms"
            if name in self._timings or len(self._timings) < MAX_TIMINGS:
                self._timings[name] = self._timings.get(name, 0.0) + event.ms

    def result(self, usage: Usage, clarification: Clarification | None, truncated: bool) -> Result:
        """What the job hands over."""
        output: FinalOutput = {
            "response": "".join(self._text["response"]),
            "raw_table": self._raw_table(truncated),
            "prompt_monitor": "".join(self._text["prompt_monitor"]),
            "chart": self._chart,
        }
        return Result(dict(output), usage, self._timings, clarification)

    def turn(self, clarification: Clarification | None, store: dict[str, bytes], files: dict[str, bytes]) -> KeptTurn:
        """What later questions of the conversation shall know of this one, and what the agent keeps for them."""
        return KeptTurn(
            question=self._question,
            sql=self._sql,
            answer="".join(self._text["response"])[:MAX_TURN_CHARS],
            clarification=clarification.question if clarification else "",
            store=store,
            files=files,
        )

    def _add_text(self, event: ResponseChunk) -> None:
        size = len(event.chunk) if event.chunk.isascii() else len(event.chunk.encode(errors="replace"))
        room = MAX_RESULT_BYTES - self._text_bytes[event.field]
        if room > 0:
            kept = event.chunk if size <= room else event.chunk.encode(errors="replace")[:room].decode(errors="ignore")
            self._text[event.field].append(kept)
            self._text_bytes[event.field] += size

    def _add_rows(self, event: TableRows) -> None:
        self.rows += event.count
        if self._kept < MAX_RESULT_ROWS and self._kept_bytes < MAX_RESULT_BYTES:
            self._tables.append(event)
            self._kept += event.count
            self._kept_bytes += len(event.arrow)

    def _raw_table(self, truncated: bool) -> RawTable | None:
        if self._schema is None:
            return None
        from bus.values.arrow_stream import read_table
        from bus.values.rows import table_rows

        rows: list[list[Any]] = []
        for table in self._tables:
            rows += table_rows(read_table(table.arrow).slice(0, MAX_RESULT_ROWS - len(rows)))
        columns: list[NamedColumn] = [{"name": column.name, "type": column.type} for column in self._schema.columns]
        return {"columns": columns, "rows": rows, "row_count": self.rows, "truncated": truncated}
