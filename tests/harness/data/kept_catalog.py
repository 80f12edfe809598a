"""The catalog of the sample data, read by the first server of this process: the others begin as after a restart."""

from pathlib import Path

from supervisor.control.catalog_file import FILE

_kept: list[bytes] = []


def lay_out(state_dir: Path) -> None:
    """Put the catalog into the state folder of a server that is to be started over the sample data."""
    if _kept and not (state_dir / FILE).exists():
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        (state_dir / FILE).write_bytes(_kept[0])


def take_over(state_dir: Path) -> None:
    """Keep the catalog for those to come, once such a server is ready."""
    if not _kept and (state_dir / FILE).exists():
        _kept.append((state_dir / FILE).read_bytes())
