"""What a program writes, cut into lines and read as events."""

import codecs
from collections.abc import Iterator

import msgspec

from agent_worker.context import AgentError
from bus.contract.events import Warn
from bus.values.visible import shortened
from bus.wire.agent_program import OUTPUT_TYPES, ProgramOutput

MAX_LINE_BYTES = 16 * 1024 * 1024
"""The longest line, which is read in one piece."""

MAX_NAMED = 10
"""Lines that are no events and are shown; of further ones it is only said that there are some."""

MAX_SHOWN_CHARS = 200

_decoder = msgspec.json.Decoder(ProgramOutput)


class LineReader:
    """A program's standard output, from its first byte on."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self._number = 0
        self._strays = 0

    def feed(self, data: bytes) -> Iterator[ProgramOutput]:
        """The events whose lines have ended with these bytes; for a line that is none a warning, for the first ones.

        Raises AgentError for a line that is too long, or that wants to be an event and is not a right one: what it
        would have said is missing.
        """
        *ended, rest = data.split(b"\n")
        for part in ended:
            self._take(part)
            yield from self._line()
        self._take(rest)

    def finish(self) -> Iterator[ProgramOutput]:
        """The event of a last line without an end, if there is one."""
        yield from self._line()

    def _take(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > MAX_LINE_BYTES:
            raise _wrong(
                f"Line {self._number + 1:,} of the agent's output is longer than {MAX_LINE_BYTES:,} bytes",
                "have it write its rows and texts in smaller pieces",
            )
        self._parts.append(part)

    def _line(self) -> Iterator[ProgramOutput]:
        line = b"".join(self._parts)
        self._parts, self._size = [], 0
        self._number += 1
        line = (line.removeprefix(codecs.BOM_UTF8) if self._number == 1 else line).strip()
        if line:
            yield from self._read(line)

    def _read(self, line: bytes) -> Iterator[ProgramOutput]:
        try:
            yield _decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            if _wants_to_be_an_event(line):
                raise self._wrong_event(line, error) from error
            yield from self._stray(line)

    def _wrong_event(self, line: bytes, error: Exception) -> AgentError:
        where = f"Line {self._number:,} of the agent's output is no event: {shortened(str(error), MAX_SHOWN_CHARS)}"
        return _wrong(f"{where}: {_shown(line)}", "docs/agent-protocol.md says what an event looks like")

    def _stray(self, line: bytes) -> Iterator[Warn]:
        self._strays += 1
        if self._strays <= MAX_NAMED:
            yield Warn(f"Line {self._number:,} of the agent's output is no event and was passed over: {_shown(line)}")
        elif self._strays == MAX_NAMED + 1:
            yield Warn("More lines of the agent's output are no events; they are passed over, too.")


def _wants_to_be_an_event(line: bytes) -> bool:
    """An object of a type that we know, or one that breaks off; other lines are somebody's print."""
    if not line.startswith(b"{"):
        return False
    try:
        found = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return True
    return found.get("type") in OUTPUT_TYPES if isinstance(found.get("type"), str) else False


def _wrong(error: str, hint: str) -> AgentError:
    return AgentError(f"{error}.", code="bad_line", hint=hint, retryable=False)


def _shown(line: bytes) -> str:
    return shortened(line[: 4 * MAX_SHOWN_CHARS].decode(errors="replace"), MAX_SHOWN_CHARS)
