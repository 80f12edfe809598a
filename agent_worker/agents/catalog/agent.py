"""The agent that reads the data's catalog once for all the others."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from agent_worker.agents.tools import engine_settings
from agent_worker.catalog import CatalogError, DescriptionError, read_catalog
from agent_worker.context import AgentContext, AgentError
from agent_worker.data_folder import data_folder
from agent_worker.engine.settings import connect
from bus.contract.catalog import Catalog
from bus.contract.events import Event, Status, Warn
from bus.wire.worker import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    """Read the catalog and hand it to the supervisor."""
    folder = data_folder(context.data_folder)
    yield Status(f"reading the catalog of {folder}")
    context.catalog = await asyncio.to_thread(read, folder, context, job.catalog)
    for warning in context.catalog.warnings:
        yield Warn(warning)
    yield Status(f"{len(context.catalog.tables)} tables")


def read(folder: Path, context: AgentContext, known: Catalog | None) -> Catalog:
    """The catalog of a folder; of what is `known`, only what has changed is read again. Raises `AgentError`."""
    connection = connect(engine_settings(context))
    try:
        return read_catalog(folder, connection=connection, known=known)
    except (CatalogError, DescriptionError) as error:
        raise AgentError(
            str(error), code="bad_data", hint="name another folder with --data", retryable=False
        ) from error
    finally:
        connection.close()
