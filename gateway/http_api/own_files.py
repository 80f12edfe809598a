"""A person's own files over HTTP: given, listed, deleted."""

import asyncio
import contextlib
from contextlib import closing

from aiohttp import web

from bus.client import CommandRefused
from bus.contract.events import Completed, Failed
from bus.own_files.names import own_files_folder, safe_name
from bus.own_files.uploads import PIECE_BYTES, Upload
from bus.wire.commands import AddFile, Caller, ListFiles, RemoveFile
from bus.wire.replies import UNREADABLE_FILE, Changed, FileTaken, OwnFiles
from gateway.app_state import CALLER, GATEWAY, Gateway, json_response
from gateway.http_api.jobs.handlers import ending_of
from gateway.http_api.params import text
from gateway.http_connection import while_connected
from gateway.wire.errors import ApiError
from gateway.wire.own_files import FileList, KeptFile

MAX_NAME_CHARS = 255
SILENCE_S = 60.0
"""How long an upload may stand still before it is given up."""


async def list_files(request: web.Request) -> web.Response:
    """The caller's own files, by name, and what they may be."""
    found = await _listed(request)
    return json_response(FileList(found.files, found.max_file_bytes, found.max_user_bytes, found.max_files))


async def post_file(request: web.Request) -> web.Response:
    """Keep the body as a file of one's own to ask about: 201 once it has been read; what cannot be read is not kept,
    nor what its sender does not wait for."""
    gateway, caller = request.app[GATEWAY], request[CALLER]
    name = text(request, "name", MAX_NAME_CHARS)
    if caller.user in gateway.uploading:
        raise ApiError("busy", "another file of yours is on its way", "give this one when that is there")
    gateway.uploading.add(caller.user)
    try:
        taken = await _receive(request, name, await _listed(request))
    finally:
        gateway.uploading.discard(caller.user)
    try:
        return json_response(await while_connected(request, _read(gateway, caller, taken)), 201)
    except ConnectionResetError:
        with contextlib.suppress(CommandRefused):  # of what could not be read there is nothing left to remove
            await gateway.client.request(RemoveFile(caller, taken.name), Changed)
        raise


async def delete_file(request: web.Request) -> web.Response:
    """Delete a file of one's own; answers over it stay as they are."""
    command = RemoveFile(request[CALLER], request.match_info["name"])
    await request.app[GATEWAY].client.request(command, Changed)
    return web.Response(status=204)


async def _listed(request: web.Request) -> OwnFiles:
    return await request.app[GATEWAY].client.request(ListFiles(request[CALLER]), OwnFiles)


async def _receive(request: web.Request, name: str, known: OwnFiles) -> FileTaken:
    """Piece by piece to the disk, as far as there is room for it; the supervisor decides once more."""
    most = min(known.max_file_bytes, known.max_user_bytes - sum(file.size_bytes for file in known.files))
    gateway = request.app[GATEWAY]
    if known.max_file_bytes and safe_name(name):  # else the supervisor says what is wrong, of an empty upload
        _require_room(request.content_length or 0, most)
    root = own_files_folder(gateway.settings.supervisor.state_dir)
    try:
        upload = await asyncio.to_thread(Upload, root)
        with closing(upload):
            while known.max_file_bytes and safe_name(name) and (piece := await _piece(request)):
                await asyncio.to_thread(upload.write, piece)
                _require_room(upload.size_bytes, most)
            await asyncio.to_thread(upload.finish)
            return await gateway.client.request(AddFile(request[CALLER], name, upload.name), FileTaken)
    except OSError as error:
        if isinstance(error, ConnectionError | TimeoutError):
            raise
        raise ApiError("unavailable", f"the file cannot be written: {error.strerror}", "try again later") from error


async def _piece(request: web.Request) -> bytes:
    """What has come of the body, empty at its end."""
    try:
        async with asyncio.timeout(SILENCE_S):
            return await request.content.read(PIECE_BYTES)
    except TimeoutError as error:
        words = f"nothing of the file has come for {SILENCE_S:g} s"
        raise ApiError("bad_request", words, "send it again") from error


def _require_room(size: int, most: int) -> None:
    if size > most:
        hint = "give a smaller one, as Parquet for example, or delete what you no longer need"
        raise ApiError("too_large", f"the file has more than {max(most, 0):,} bytes, for which there is room", hint)


async def _read(gateway: Gateway, caller: Caller, taken: FileTaken) -> KeptFile:
    """Once the job has ended that finds out whether the file can be read."""
    end = await ending_of(gateway.client, taken.job)
    if not isinstance(end, Completed):
        error = end.error if isinstance(end, Failed) else "the server stopped reading it"
        words = error if taken.name in error else f"{taken.name} cannot be read: {error}"
        raise ApiError(UNREADABLE_FILE, words, "it was not kept")
    files = (await gateway.client.request(ListFiles(caller), OwnFiles)).files
    kept = next((file for file in files if file.name == taken.name), None)
    if kept is None:
        raise ApiError("not_found", f"{taken.name} was deleted meanwhile")
    return KeptFile(kept)
