"""`describe`: what is guessed of the data, written beside them."""

import importlib
from pathlib import Path

from bus.contract.agents import CATALOG_AGENT
from bus.contract.catalog import Catalog
from bus.contract.settings import Settings
from ops.client.over_bus import LocalJobs
from ops.errors import OpsError
from ops.render.sentences import ended_sentence
from ops.serve.ephemeral import temporary_server

NAME = "deadstop.toml"
GUESSER = "agent_worker.offline.schema.guessed.description_file"
"""Loaded by name: the command line imports no program."""


async def describe(
    config: Path | None, settings: Settings, output: str | None, *, force: bool
) -> tuple[str, Path | None]:
    """The text of the file, and where it was written; None where it is to be printed. Raises `OpsError`."""
    place = _place(settings, output)
    if place is not None and place.exists() and not force:
        raise OpsError(f"{place} is there already; --force writes over it, -o - prints what would be written")
    catalog = await _catalog(config, settings)
    text: str = importlib.import_module(GUESSER).description_file(catalog)
    if place is not None:
        try:
            place.write_text(text, "utf-8")
        except OSError as error:
            raise OpsError(
                f"{place} cannot be written: {error.strerror}; -o FILE names another, -o - prints"
            ) from error
    return text, place


def _place(settings: Settings, output: str | None) -> Path | None:
    if output == "-":
        return None
    if output is not None:
        return Path(output)
    if not settings.data.folder:
        raise OpsError(
            "these would be the sample data, which come with Deadstop; name a folder with --data, or use -o -"
        )
    return Path(settings.data.folder).expanduser() / NAME


async def _catalog(config: Path | None, settings: Settings) -> Catalog:
    """What a worker of a supervisor of its own reads of the data."""
    async with temporary_server(config, settings) as server:
        await server.start()
        jobs = LocalJobs(server.state_dir, patience_s=0)
        try:
            reading = next(job for job in await jobs.list(ended=True) if job.agent == CATALOG_AGENT)
            last = [item async for item in jobs.follow(reading)][-1]
            if last["event"] != "agent_complete":
                raise OpsError(f"{settings.data.folder}: {ended_sentence(last['event'], last['data'])}")
            return await jobs.read_catalog()
        finally:
            await jobs.close()
