"""What differs from run to run in people's output, under one name each; and whether a table stands straight. Pure."""

import re
from collections.abc import Callable
from itertools import pairwise

_TIME = r"\d+(?:\.\d+)? m?s\b|\d+m \d\ds"
_SIZE = r"\d+(?:\.\d+)? (?:B|KiB|MiB|GiB)\b"
_NAMES: list[tuple[str, str | Callable[[re.Match[str]], str]]] = [
    (r'(?:[ ]+File "[^\n]*\n(?:[ ]{4,}[^\n]*\n)*)+', "  FRAMES\n"),
    (r"(?m)^[ ]+\d+ progress .*\n", ""),  # the engine speaks of progress only when it is slow
    (r"(?m)^(?:memory|cpu)  .*\n", ""),  # a short job ends unmeasured
    (r"0x[0-9a-f]{16}", "THREAD"),
    (r"(?<![\w-])[A-Za-z0-9_-]{43}(?!\S)", "TOKEN"),
    (r"\bcli-[0-9a-f]{16}", "SESSION"),
    (r"\b[0-9a-f]{12}\b|(?m:^[0-9a-f]{6,11}(?= ))", "JOB"),
    (r"/s/[A-Za-z0-9_-]{22}(?!\S)", "/s/LINK"),
    (r"(?<= )/\S+", "PATH"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "MOMENT"),
    (r"\d{4}-\d\d-\d\d", "DATE"),
    (_TIME, "TIME"),
    (r"(?m)(^  - .*\n)+", "  - SUGGESTIONS\n"),  # which there are depends on what there was time to look into
    (r"(?m)^.*thinking…", ""),
    (r"(?m)\b(in|after) (?:TIME|\d[\d.]*(?: m?)?)…?$", r"\1 TIME"),
    (_SIZE, "SIZE"),
    (r"(?:\b\d+[smhd] ago|just now)\b", "AGE"),
    (r"[█▏ ]+(?=TIME)", lambda bar: "  BAR  " if set(bar[0]) & set("█▏") else bar[0]),
    (r"(?m)^[ ]+\d+(?= [a-z_]+  )", "     N"),
    (r"(?m)^(process|events)( +)\d+$", r"\1\2N"),
    (r"(?m)^(workers +)\d+, \d+ of", r"\1N, N of"),
    (r"(?m)^(events +)\d+/s, SIZE/s; \d+ since", r"\1N/s, SIZE/s; N since"),
]
_ROW_OF_JOB = re.compile(
    r"^(?P<before>JOB .*?)  +(?:now|\d+[smhd])  +TIME(?P<rows>  +[\d,]+(?=  +(?:SIZE  +)?\d+  ))?"
    r"(?:  +SIZE)?(?:  +\d+(?=  ))?  +(?P<question>.{0,12}).*"  # how much of it has room depends on the others
)
_NARROW_ROW_OF_JOB = re.compile(r"^(?P<before>JOB .*?)  +(?:now|\d+[smhd])  +(?P<question>.{0,12}).*")
_LEVEL = re.compile(r"^(?:ok|warning|problem)( +)(\S.*?)  +(.*)$")
OF_THE_MACHINE = {"port", "tokens", "data", "model"}
"""What `doctor` finds the same on every machine; of the others the names are held."""


def normalised(text: str, *, table: bool = False) -> str:
    """Text without what differs from run to run. In a `table` such cells move all others, so gaps become two spaces."""
    for pattern, name in _NAMES:
        text = re.sub(pattern, name, text)
    lines = [line.rstrip() for line in text.splitlines()]
    return "".join(f"{_row(line) if table else line}\n" for line in lines)


def _row(line: str) -> str:
    line = _ROW_OF_JOB.sub(lambda row: f"{row['before']}  AGE  TIME{row['rows'] or ''}  {row['question']}", line)
    line = _NARROW_ROW_OF_JOB.sub(lambda row: f"{row['before']}  AGE  {row['question']}", line)
    line = re.sub(r"  +(?:now|\d+s)$", "  AGE", line)
    line = re.sub(r"(?<=\S)   +", "  ", line)
    line = re.sub(r"^(DATE(?:  \d+){4})  \d+", r"\1  MS", line)
    return re.sub(r"^((?:cancel|terminate|kill)  \w+  \d+)  \d+  \d+$", r"\1  MS  MS", line)


def examined(text: str) -> str:
    """What `doctor` prints, without what depends on the machine, and how busy it is."""
    found = [_LEVEL.match(line) for line in text.splitlines() if "There was no time to look" not in line]
    return "".join(f"{row[2]:<16}{row[3] if row[2] in OF_THE_MACHINE else '…'}\n" for row in found if row is not None)


def what_stays(written: str) -> str:
    """What somebody reads on a terminal once a command has ended, without colours."""
    lines, row, column = [""], 0, 0
    for piece in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", written):
        if piece == "\r":
            column = 0
        elif piece == "\n":
            row, column = row + 1, 0
        elif piece == "\x1b[1A":
            row -= 1
        elif piece == "\x1b[2K":
            lines[row] = ""
        elif not piece.startswith("\x1b"):
            lines[row] = lines[row][:column].ljust(column) + piece + lines[row][column + len(piece) :]
            column += len(piece)
        lines += [""] * (row + 1 - len(lines))
    return "\n".join(lines)


def flowing(text: str) -> str:
    """Text as one paragraph: where its lines are broken depends on how long the times in it are."""
    return " ".join(text.split()) + "\n"


def misplaced(text: str) -> list[str]:
    """Cells of tables that stand neither at the beginning nor at the end of their column's name."""
    found: list[str] = []
    edges: set[int] = set()
    for before, line in pairwise(["", *text.splitlines()]):
        cells = list(re.finditer(r"\S+(?: \S+)*", line))
        if len(cells) < 2 or not before or not edges:
            edges = {edge for cell in cells for edge in cell.span()} if len(cells) > 1 else set()
            continue
        found += [cell[0] for cell in cells if not edges & set(cell.span())]
    return found
