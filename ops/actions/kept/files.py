"""Files of one's own from the command line: given, listed, deleted."""

from collections.abc import Callable, Sequence
from pathlib import Path

from bus.wire.replies import OwnFile
from ops.actions.interrupts import Interrupted, counted
from ops.client.connect import connect
from ops.errors import EXIT_STOPPED, OpsError
from ops.target import Target


async def give_file(target: Target, file: Path, sent: Callable[[int], None]) -> OwnFile:
    """Once it has been read; `sent` is told how many bytes are there. Raises `OpsError` for one that cannot be read,
    and after Ctrl-C: then nothing of it is kept."""
    with counted() as interrupts:
        async with connect(target) as jobs:
            try:
                return await interrupts.guard(jobs.give_file(file, sent))
            except Interrupted:
                raise OpsError(f"stopped; nothing of {file.name} is kept", EXIT_STOPPED) from None
            except OSError as error:
                raise OpsError(f"{file} cannot be given: {error.strerror or error}") from error


async def read_files(target: Target) -> Sequence[OwnFile]:
    """The caller's own files, by name."""
    async with connect(target) as jobs:
        return await jobs.files()


async def remove_file(target: Target, name: str) -> None:
    """Raises `OpsError` where there is none of that name."""
    async with connect(target) as jobs:
        await jobs.remove_file(name)
