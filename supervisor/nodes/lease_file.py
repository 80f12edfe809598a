"""How long nodes may live without a word, as an earlier supervisor has promised it to them: the settings may say
otherwise by now."""

import os
from pathlib import Path

LEASE_NAME = "lease"


def write_lease(state_dir: Path, dead_after_s: float) -> None:
    """Keep it for the next supervisor; to be called before any node is granted anything. Raises OSError."""
    fresh = state_dir / f"{LEASE_NAME}.new"
    with fresh.open("w") as file:
        file.write(f"{dead_after_s}\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(state_dir / LEASE_NAME)


def read_lease(state_dir: Path) -> float:
    """In seconds; 0 where no supervisor has had nodes. Raises OSError, ValueError."""
    try:
        return float((state_dir / LEASE_NAME).read_text())
    except FileNotFoundError:
        return 0.0
