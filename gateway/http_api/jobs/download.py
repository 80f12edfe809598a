"""A job's whole result as a file: read from the log, converted batch by batch, sent as it is made."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import TYPE_CHECKING

from aiohttp import web

from bus.client import BusClient
from bus.contract.events import Column, TableRows, TableSchema
from gateway.app_state import GATEWAY
from gateway.http_api.jobs.handlers import find_record
from gateway.http_api.params import flag
from gateway.wire.errors import ApiError

if TYPE_CHECKING:
    from gateway.http_api.jobs.export_formats import ResultWriter

MAX_STEM_CHARS = 60


async def download(request: web.Request) -> web.StreamResponse:
    """The rows of an ended job. Of a stopped one, what had been streamed: `Deadstop-State` says which it is."""
    safe, summary = flag(request, "safe"), (await find_record(request)).summary
    if summary.ended_at is None:
        raise ApiError("not_ended", f"job {summary.job_id} is {summary.state}", "ask again when it has ended")
    client = request.app[GATEWAY].client
    start, columns = await _last_table(client, summary.job_id)
    kind = request.match_info["format"]
    writer = await asyncio.to_thread(_writer_of, kind, columns, safe)
    response = web.StreamResponse(
        headers={
            "Content-Type": writer.content_type,
            "Content-Disposition": f'attachment; filename="{file_stem(summary.question, summary.job_id)}.{kind}"',
            "Deadstop-State": summary.state,
        }
    )
    await response.prepare(request)
    await _send(response, writer, client, summary.job_id, start)
    return response


def _writer_of(kind: str, columns: list[Column], safe: bool) -> "ResultWriter":
    """Only with the first download is Arrow loaded, which takes a third of a gateway's start and half of its memory."""
    from gateway.http_api.jobs.export_formats import WRITERS, CsvWriter

    return CsvWriter(columns, safe=True) if kind == "csv" and safe else WRITERS[kind](columns)


def file_stem(question: str, job_id: str) -> str:
    """A file's name without its ending, out of the question: "Revenue by month?" becomes "revenue-by-month". The job's
    id where the question has no ASCII letter or digit."""
    words = re.findall("[a-z0-9]+", question.lower())
    return "-".join(words)[:MAX_STEM_CHARS].strip("-") or job_id


async def _send(
    response: web.StreamResponse, writer: "ResultWriter", client: BusClient, job_id: str, start: int
) -> None:
    try:
        async for arrow in _tables(client, job_id, start):
            # Conversion takes milliseconds a piece: on the loop, all streams would wait for it.
            if piece := await asyncio.to_thread(writer.rows, arrow):
                await response.write(piece)
        if piece := await asyncio.to_thread(writer.end):
            await response.write(piece)
    except ConnectionError:
        pass  # the client has gone


async def _last_table(client: BusClient, job_id: str) -> tuple[int, list[Column]]:
    """Where the result begins, and its columns: a repaired statement begins its result anew."""
    start, columns = 0, None
    async with aclosing(client.follow(job_id)) as batches:
        async for batch, skip in batches:
            for seq, event in batch.events(skip):
                if isinstance(event, TableSchema):
                    start, columns = seq, event.columns
            await asyncio.sleep(0)
    if columns is None:
        raise ApiError("no_rows", f"job {job_id} has no table in its result", "its text is in the stream")
    return start, columns


async def _tables(client: BusClient, job_id: str, after: int) -> AsyncIterator[bytes]:
    async with aclosing(client.follow(job_id, after)) as batches:
        async for batch, skip in batches:
            for _, event in batch.events(skip):
                if isinstance(event, TableRows):
                    yield event.arrow
