"""The engine's errors, in words for people."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from agent_worker.engine.advice import missing_table, with_nearest_table, with_nearest_word
from agent_worker.remote.failures import remote_failure

ErrorKind = Literal["binder", "syntax", "out_of_memory", "interrupted", "timeout", "io", "other"]

_KINDS: dict[str, ErrorKind] = {
    "Parser": "syntax",
    "Syntax": "syntax",
    "Binder": "binder",
    "Catalog": "binder",
    "Out of Memory": "out_of_memory",
    "INTERRUPT": "interrupted",
    "IO": "io",
    "HTTP": "io",
    "Permission": "io",
    "Serialization": "io",
}
_PREFIX = re.compile(r"^([A-Za-z ]+?) Error: ")
_ADVICE = re.compile(r"\n+(Possible solutions:|See also|This limit was set|\* .*SET ).*| Use \"SET .*", re.DOTALL)
"""The engine's advice to change a setting, which nobody can here."""
_TIMEOUT = "exceeded maximum execution time"
_READING_FILES = re.compile(r"parquet|snappy|zstd|thrift|\.tmp\b", re.IGNORECASE)
_DAMAGE = re.compile(r"corrupt|TProtocol|decompress|GZIP|don't know what type|Payload value", re.IGNORECASE)


class EngineError(Exception):
    """A statement failed. `message` is for people, `kind` for programs, `sql` is the statement, `missing` the table
    that there is not."""

    def __init__(self, message: str, kind: ErrorKind, sql: str, missing: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind
        self.sql = sql
        self.missing = missing


def engine_error(error: BaseException, sql: str, files: Iterable[str] = (), tables: Iterable[str] = ()) -> EngineError:
    """The EngineError for whatever DuckDB or Arrow raised; `files` are those it may have been about, `tables` the names
    that there are.

    Known by the text and not by the class: an error while rows are fetched comes through Arrow as a bare OSError
    that still carries DuckDB's text.
    """
    text = str(error)
    if isinstance(error, MemoryError):
        return EngineError("The statement needs more memory than this job may use.", "out_of_memory", sql)
    if outside := remote_failure(text):
        return EngineError(outside, "io", sql)
    match = _PREFIX.match(text)
    kind = _KINDS.get(match[1], "other") if match else "other"
    if _TIMEOUT in text:
        return EngineError("The statement ran longer than one statement may.", "timeout", sql)
    if kind == "other" and _READING_FILES.search(text):
        kind = "io"
    if kind == "io" and (gone := _gone(text, files)):
        return EngineError(f"{gone} is not there any more. Ask again: the tables are read anew.", kind, sql)
    message = _ADVICE.sub("", text).strip() or type(error).__name__
    advised = with_nearest_word if kind == "syntax" else with_nearest_table
    return EngineError(advised(message, tables), kind, sql, missing_table(message))


def damaged(text: str, read: Sequence[str]) -> str | None:
    """What is wrong with one of the files that a statement reads, where the engine's words for it name none."""
    if not read or not _DAMAGE.search(text) or any(file in text for file in read):
        return None
    which = read[0] if len(read) == 1 else f"One of the {len(read):,} files that are read ({read[0]} is the first)"
    return f"{which} is damaged, or is being written: {text}"


def _gone(text: str, files: Iterable[str]) -> str | None:
    """The file of the message that has vanished. The engine takes it for a folder then, and speaks of permissions."""
    return next((file for file in files if file in text and "://" not in file and not Path(file).exists()), None)
