"""The agent that reads the data's catalog once for all the others."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

from agent_worker.agents.backends import engine_settings
from agent_worker.catalog.description import DescriptionError
from agent_worker.catalog.files.layout import CatalogError
from agent_worker.catalog.own_files import WithOwnFiles
from agent_worker.catalog.reader import LEAST_LOOKS_S, READ_S, read_catalog
from agent_worker.catalog.source_folder import SourceFolder, source_folder_of
from agent_worker.context import AgentContext, AgentError
from agent_worker.data_folder import SAMPLE_DATA
from agent_worker.engine.settings import connect
from agent_worker.remote.client import RemoteFiles
from agent_worker.remote.file_system import file_system
from bus.contract.agents import LOOK_FURTHER
from bus.contract.catalog import Catalog
from bus.contract.events import Event, Status, Warn
from bus.wire.worker import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    """Read the catalog and hand it to the supervisor."""
    yield Status(f"reading the catalog of {context.data_folder or SAMPLE_DATA}")
    looks_s = READ_S if job.question == LOOK_FURTHER else LEAST_LOOKS_S
    context.catalog = await asyncio.to_thread(read, context, job.catalog, looks_s)
    for warning in context.catalog.warnings:
        yield Warn(warning)
    yield Status(f"{len(context.catalog.tables)} tables")


def read(context: AgentContext, known: Catalog | None, looks_s: float = LEAST_LOOKS_S) -> Catalog:
    """The catalog of the data; of what is `known`, only what has changed is read again, and for `looks_s` is looked for
    what was not known yet. Raises `AgentError`."""
    with _place(context) as (place, files):
        connection = connect(engine_settings(context), file_system(files))
        try:
            return read_catalog(place, connection=connection, known=known, looks_s=looks_s)
        finally:
            connection.close()


def fingerprint(context: AgentContext) -> str:
    """The fingerprint of the data as they are now. Raises `AgentError`."""
    with _place(context) as (place, _):
        return place.fingerprint()


@contextmanager
def _place(context: AgentContext) -> Iterator[tuple[SourceFolder, RemoteFiles | None]]:
    """Where the data lie, and the objects of their address if they are not on this machine."""
    files = RemoteFiles(context.data.broker) if context.data.broker else None
    try:
        shared = source_folder_of(context.data, files)
        yield WithOwnFiles(shared, Path(context.data.own)) if context.data.own else shared, files
    except (CatalogError, DescriptionError) as error:
        hint = "name another folder with --data" if files is None else "put that right, or name another with --data"
        raise AgentError(str(error), code="bad_data", hint=hint, retryable=False) from error
    finally:
        if files is not None:
            files.close()
