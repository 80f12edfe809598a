"""Files of one's own from the command line: given, listed, deleted."""

from collections.abc import Sequence
from pathlib import Path

from bus.wire.replies import OwnFile
from ops.client.connect import connect
from ops.errors import OpsError
from ops.target import Target


async def give_file(target: Target, file: Path) -> OwnFile:
    """Once it has been read. Raises `OpsError` for one that cannot be."""
    async with connect(target) as jobs:
        try:
            return await jobs.give_file(file)
        except OSError as error:
            raise OpsError(f"{file} cannot be given: {error.strerror or error}") from error


async def read_files(target: Target) -> Sequence[OwnFile]:
    """One's own, by name."""
    async with connect(target) as jobs:
        return await jobs.files()


async def remove_file(target: Target, name: str) -> None:
    """Raises `OpsError` where there is none of that name."""
    async with connect(target) as jobs:
        await jobs.remove_file(name)
