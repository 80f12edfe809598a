"""What a look has found."""

from enum import StrEnum

import msgspec
from rich.text import Text

from ops.format import clean


class Level(StrEnum):
    """A problem keeps Deadstop from working as configured; a warning is worth knowing."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


class Finding(msgspec.Struct, frozen=True):
    """What was looked at, how it stands, what was found, and what to do about it."""

    name: str
    level: Level
    found: str
    todo: str = ""


def ok(name: str, found: str) -> Finding:
    return Finding(name, Level.OK, found)


def warning(name: str, found: str, todo: str) -> Finding:
    return Finding(name, Level.WARNING, found, todo)


def problem(name: str, found: str, todo: str) -> Finding:
    return Finding(name, Level.PROBLEM, found, todo)


def finding_line(finding: Finding) -> Text:
    """One line, and under it what to do."""
    line = Text(f"{finding.level:<{LEVEL_CHARS}}", _STYLES[finding.level])
    line.append(f"{finding.name:<{NAME_CHARS}}", "bold").append(clean(finding.found), "default")
    if finding.todo:
        line.append(f"\n{'':{LEVEL_CHARS + NAME_CHARS}}→ {clean(finding.todo)}", "default")
    return line


LEVEL_CHARS, NAME_CHARS = 9, 16
_STYLES = {Level.OK: "green", Level.WARNING: "yellow", Level.PROBLEM: "bold red"}
