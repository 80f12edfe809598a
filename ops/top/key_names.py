"""The names of the keys in what a terminal sends. Pure."""

import re

UP, DOWN, PAGE_UP, PAGE_DOWN, HOME, END, ESCAPE, ENTER = (
    "up",
    "down",
    "page_up",
    "page_down",
    "home",
    "end",
    "esc",
    "enter",
)

_SEQUENCES = {
    "\x1b[A": UP,
    "\x1bOA": UP,
    "\x10": UP,  # Ctrl-P
    "\x1b[B": DOWN,
    "\x1bOB": DOWN,
    "\x0e": DOWN,  # Ctrl-N
    "\x1b[5~": PAGE_UP,
    "\x1b[6~": PAGE_DOWN,
    "\x1b[H": HOME,
    "\x1bOH": HOME,
    "\x1b[1~": HOME,
    "\x1b[F": END,
    "\x1bOF": END,
    "\x1b[4~": END,
    "\x1b": ESCAPE,
    "\r": ENTER,
    "\n": ENTER,
}
_ONE_KEY = re.compile(r"\x1b\[[0-9;]*[A-Za-z~]|\x1bO[A-Z]|\x1b|[^\x1b]", re.DOTALL)


def keys_in(text: str) -> list[str]:
    """The keys that a terminal has sent: letters as they are, others by name, unknown sequences left out."""
    found = _ONE_KEY.findall(text)
    return [_SEQUENCES.get(key, key) for key in found if key in _SEQUENCES or len(key) == 1]
