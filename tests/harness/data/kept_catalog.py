"""Catalogs of data that no test changes, each read by the first server of this process that has it: the others begin as
after a restart."""

from pathlib import Path

from supervisor.control.catalog_file import FILE
from tests.harness.zoo import LITTLE

SAMPLE_DATA = ""
"""As `[data] folder` names it."""
UNCHANGED = (SAMPLE_DATA, LITTLE["data.folder"])

_kept: dict[str, bytes] = {}


def lay_out(state_dir: Path, folder: str = SAMPLE_DATA) -> None:
    """Put the catalog of this folder's data, if it is known, into the state folder of a server that is to be started
    over them. A state folder in a folder that is not there either is the server's to make."""
    if folder in _kept and state_dir.parent.exists() and not (state_dir / FILE).exists():
        state_dir.mkdir(mode=0o700, exist_ok=True)
        (state_dir / FILE).write_bytes(_kept[folder])


def take_over(state_dir: Path, folder: str = SAMPLE_DATA) -> None:
    """Keep the catalog for those to come, once such a server has read it."""
    if folder in UNCHANGED and folder not in _kept and (state_dir / FILE).exists():
        _kept[folder] = (state_dir / FILE).read_bytes()
