"""Questions with their right results, as lines of JSON."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from ops.errors import EXIT_USAGE, OpsError


class ReferenceQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question about the data in `database`, a folder within that of all data (empty: that folder itself). Right are
    `rows`, else the rows of the statement `sql`, in their order where `ordered`; or asking back, where `asks`."""

    question: str
    database: str = ""
    sql: str = ""
    rows: list[list[Any]] | None = None
    ordered: bool = False
    asks: bool = False


@dataclass(frozen=True)
class NumberedQuestion:
    """A question and the number of its line, from 1."""

    line: int
    question: ReferenceQuestion


def read_questions(path: Path) -> list[NumberedQuestion]:
    """The questions of a file; empty lines are passed over. Raises `OpsError` for what is none."""
    try:
        lines = path.read_text("utf-8-sig").split("\n")  # not at the line separators that stand in texts
    except (OSError, UnicodeDecodeError) as error:
        raise OpsError(f"{path} cannot be read: {getattr(error, 'strerror', '') or error}", EXIT_USAGE) from error
    numbered = [NumberedQuestion(at, _question(line, path, at)) for at, line in enumerate(lines, 1) if line.strip()]
    if not numbered:
        raise OpsError(f"{path} holds no question; write one JSON object a line", EXIT_USAGE)
    return numbered


def _question(line: str, path: Path, at: int) -> ReferenceQuestion:
    try:
        question = msgspec.json.decode(line, type=ReferenceQuestion)
    except msgspec.DecodeError as error:
        raise OpsError(f"{path} line {at}: {error}", EXIT_USAGE) from error
    if why := _why_unusable(question):
        raise OpsError(f"{path} line {at}: {why}", EXIT_USAGE)
    return question


def _why_unusable(question: ReferenceQuestion) -> str:
    if not question.question.strip():
        return "`question` is empty"
    if Path(question.database).is_absolute() or ".." in Path(question.database).parts:
        return f"`database` is {question.database!r}; name a folder within that of --data"
    known = [name for name, given in _expected(question).items() if given]
    if not known:
        return "nothing says what is right; give `sql`, `rows`, or `asks`: true"
    if "asks" in known and len(known) > 1:
        return f"`asks` and `{known[0]}` say two things; give one of them"
    return "its `rows` differ in length" if len({len(row) for row in question.rows or []}) > 1 else ""


def _expected(question: ReferenceQuestion) -> dict[str, bool]:
    return {"sql": bool(question.sql.strip()), "rows": question.rows is not None, "asks": question.asks}
