"""An answer in the terminal: text and table to standard output, everything else to standard error."""

import io
from typing import Any

from rich.console import Console
from rich.status import Status
from rich.syntax import Syntax

from ops.client.access import WireObject
from ops.errors import EXIT_ANSWERED, EXIT_ASKS_BACK, EXIT_FAILED, EXIT_STOPPED
from ops.format import clean
from ops.render.plain_text import PlainText
from ops.render.sentences import chunk_sentence, ended_sentence
from ops.render.tables import result_table

SHOWN_ROWS = 50


class AnswerPrinter:
    """Prints a job's stream as it comes. The table is printed when it is whole: before the text, or at the end.

    Without `out` there is only narration; `quiet`, only what went wrong. The text comes without its markdown, on a
    terminal piece by piece, else line by line.
    """

    def __init__(self, out: Console | None, err: Console, *, quiet: bool = False) -> None:
        self._silent = out is None
        self._out = out or Console(file=io.StringIO())
        self._err = err
        self._quiet_please = quiet
        self._plain = PlainText(whole_lines=not self._out.is_terminal)
        self._spinner: Status | None = None
        self._columns: list[dict[str, str]] = []
        self._rows: list[list[Any]] = []
        self._row_count = 0
        self._text_end = "\n"
        self._answered = False
        self._response = ""

    def show(self, item: WireObject) -> None:
        """Print one object of the stream."""
        data = item["data"]
        if item["event"] == "agent_chunk":
            self._chunk(data["chunk"])
        elif item["event"] == "agent_accepted":
            self._think()
        else:
            self._end(item["event"], data)

    def say(self, sentence: str, style: str = "") -> None:
        """A line of narration."""
        self._finish_line()
        if not self._quiet_please:
            self._err.print(sentence, style=style)

    def close(self) -> None:
        """Give the terminal back as it was."""
        self._quiet()
        self._finish_line()

    def _chunk(self, chunk: dict[str, Any]) -> None:
        match chunk["type"]:
            case "response_chunk":
                if chunk["field"] == "response":
                    self._text(chunk["chunk"])
            case "table_schema":
                # A second schema is a second try: the rows before it are void.
                self._columns, self._rows, self._row_count = chunk["columns"], [], 0
            case "table_rows":
                self._row_count += len(chunk["rows"])
                self._rows += chunk["rows"][: SHOWN_ROWS - len(self._rows)]
            case "sql":
                self._sql(chunk["sql"])
            case "node" if chunk["state"] != "failed":
                pass
            case "progress":
                if self._spinner is not None:
                    self._spinner.update(chunk_sentence(chunk))
            case "stopping":
                self.say(f"stopping: {chunk_sentence(chunk)}", "yellow")
            case "warning":
                self.say(f"note: {chunk_sentence(chunk)}", "yellow")
            case "tool" if chunk["state"] == "started":
                pass
            case "chart" | "model_call":
                pass
            case _:
                self.say(chunk_sentence(chunk), "dim")

    def _think(self) -> None:
        if self._err.is_terminal and not self._quiet_please:
            self._spinner = self._err.status("thinking…")
            self._spinner.start()

    def _quiet(self) -> None:
        # Text on standard output and a live line on standard error would write over each other.
        if self._spinner is not None:
            self._spinner.stop()
            self._spinner = None

    def _sql(self, sql: str) -> None:
        self._finish_line()
        if self._quiet_please:
            return
        if self._err.is_terminal:
            self._err.print(Syntax(clean(sql), "sql", theme="ansi_dark", background_color="default", word_wrap=True))
        else:
            self._err.print(clean(sql))

    def _text(self, text: str) -> None:
        self._quiet()
        if not self._answered:
            self._table()
        self._answered = True
        self._response += text
        self._write(self._plain.feed(text))

    def _write(self, text: str) -> None:
        if text:
            self._out.file.write(clean(text))
            self._out.file.flush()
            self._text_end = text[-1]

    def _finish_line(self) -> None:
        self._write(self._plain.rest())
        if self._text_end != "\n":
            self._write("\n")

    def _table(self) -> None:
        if not self._columns:
            return
        self._quiet()
        table, left_out = result_table(self._columns, self._rows, self._out.width)
        self._out.print(table)
        self._columns = []
        if left_out and not self._silent:
            self.say(f"{left_out} more columns have no room here; --csv prints all", "dim")

    def _end(self, event: str, data: dict[str, Any]) -> None:
        self._quiet()
        if event == "agent_complete":
            self._complete(data["result"])
        self._finish_line()
        self._table()
        if self._row_count > len(self._rows) and not self._silent:
            self.say(f"{len(self._rows)} of {self._row_count:,} rows shown; --csv prints all", "dim")
        self._quiet_please = self._quiet_please and event == "agent_complete"
        self.say(ended_sentence(event, data), "dim" if event == "agent_complete" else "bold red")

    def _complete(self, result: dict[str, Any]) -> None:
        clarification = result.get("clarification")
        if clarification:
            self._ask_back(clarification)
        elif not self._answered:
            self._text(str(result["final_output"].get("response") or ""))

    def _ask_back(self, clarification: dict[str, Any]) -> None:
        self._finish_line()
        question = clarification["question"]
        asked = question.strip() in self._response  # most agents have streamed it as their answer
        lines = [*([] if asked else [question]), *(f"  - {text}" for text in clarification["suggestions"])]
        self._out.file.write("".join(f"{clean(line)}\n" for line in lines))
        self._out.file.flush()


def exit_code_of(item: WireObject) -> int:
    """The exit code of `ask` for the object that ended the stream."""
    if item["event"] == "agent_killed":
        return EXIT_STOPPED
    if item["event"] == "agent_error":
        return EXIT_FAILED
    return EXIT_ASKS_BACK if item["data"]["result"].get("clarification") else EXIT_ANSWERED
