"""What can be asked over HTTP: address, handler, what goes in, what comes out, and what may go wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bus.contract.catalog import Catalog
from bus.contract.kept.conversations import MAX_PAGE
from bus.contract.kept.shares import ShareSummary
from bus.contract.vocabulary import State
from gateway.http_api import catalog, conversations, own_files, saved, shares
from gateway.http_api.jobs import download, event_stream, handlers
from gateway.http_api.security.middleware import Handler
from gateway.http_api.server import drain, health, nodes, stats
from gateway.wire.client_frames import MAX_SEQ, JobRating, Query
from gateway.wire.conversations import ConversationList, OutsideConversation, Renaming
from gateway.wire.own_files import FileList, KeptFile
from gateway.wire.responses import (
    AskedJob,
    CatalogPending,
    Draining,
    JobList,
    NodeList,
    Ok,
    OutsideRecord,
    ServerStats,
    StoppedJob,
)
from gateway.wire.saved import BoardOrder, FilledQuestion, NewSaved, OutsideSaved, ParameterValues, SavedList
from gateway.wire.shares import NewShare, SharedAnswers, ShareList


@dataclass(frozen=True)
class RequestParameter:
    """One of the query's, or a header. `schema` is JSON Schema."""

    name: str
    words: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    place: str = "query"


@dataclass(frozen=True)
class Operation:
    """One address and method. `answers` by status: a struct (JSON), media types, or None (no body)."""

    method: str
    path: str
    handler: Handler
    answers: Mapping[int, Any]
    codes: tuple[str, ...] = ()
    parameters: tuple[RequestParameter, ...] = ()
    body: Any = None
    public: bool = False
    head: bool = True

    @property
    def name(self) -> str:
        return self.handler.__name__

    @property
    def summary(self) -> str:
        """The first sentence of the handler's docstring."""
        return (self.handler.__doc__ or "").partition("\n\n")[0]

    def route(self) -> web.RouteDef:
        head = {"allow_head": self.head} if self.method == "GET" else {}
        return web.RouteDef(self.method, self.path, self.handler, head)


_FLAG = {"type": "string", "enum": ["", "0", "1", "false", "no", "true", "yes"]}
_SEQ = {"type": "integer", "minimum": 0, "maximum": MAX_SEQ}


def _text(most_chars: int) -> dict[str, Any]:
    return {"type": "string", "maxLength": most_chars}


def _size(most: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": 1, "maximum": most}


_ONE_JOB = ("not_found", "ambiguous", "unavailable")
_SAVING = ("bad_request", "name_taken", "quota", "too_large", "unavailable")
_NODE = ("forbidden", "not_found", "unavailable")
_REFUSED = ("bad_request", "queue_full", "quota", "conversation_busy", "session_conflict", "too_large", "unavailable")

OPERATIONS = (
    Operation("POST", "/api/jobs", handlers.post_job, {202: AskedJob}, _REFUSED, body=Query),
    Operation(
        "GET",
        "/api/jobs",
        handlers.list_jobs,
        {200: JobList},
        ("bad_request", "unavailable"),
        (
            RequestParameter("state", "only those in this state", {"type": "string", "enum": list(State)}),
            RequestParameter("user", "only this user's; for operators", _text(handlers.MAX_USER_CHARS)),
            RequestParameter("all", "those that have ended too", _FLAG),
            RequestParameter("after", "`next` of the page before", _text(handlers.MAX_JOB_ID_CHARS)),
            RequestParameter("limit", "of the page", _size(handlers.MAX_PAGE)),
        ),
    ),
    Operation("GET", "/api/jobs/{job_id}", handlers.get_job, {200: OutsideRecord}, _ONE_JOB),
    Operation(
        "GET",
        "/api/jobs/{job_id}/events",
        event_stream.job_events,
        {200: "text/event-stream", 204: None},
        (*_ONE_JOB, "bad_request", "too_many_connections"),
        (
            RequestParameter("Last-Event-ID", "the seq of the last event you have", _SEQ, "header"),
            RequestParameter("after", "the same, for programs that cannot set headers", _SEQ),
        ),
        head=False,
    ),
    Operation(
        "DELETE",
        "/api/jobs/{job_id}",
        handlers.delete_job,
        {200: StoppedJob},
        (*_ONE_JOB, "already_ended", "stop_timeout", "bad_request"),
        (
            RequestParameter("now", "begin with SIGKILL", _FLAG),
            RequestParameter("reason", "for the record", _text(handlers.MAX_NOTE_CHARS)),
        ),
    ),
    Operation(
        "PUT",
        "/api/jobs/{job_id}/rating",
        handlers.put_rating,
        {204: None},
        (*_ONE_JOB, "not_ended", "forbidden", "bad_request", "too_large"),
        body=JobRating,
    ),
    Operation(
        "GET",
        "/api/jobs/{job_id}/result.{format:json|csv|parquet}",
        download.download,
        {200: "application/json text/csv application/vnd.apache.parquet"},
        (*_ONE_JOB, "not_ended", "no_rows", "bad_request"),
        (RequestParameter("safe", "in CSV: a mark before what a spreadsheet would take for a formula", _FLAG),),
        head=False,
    ),
    Operation(
        "GET",
        "/api/conversations",
        conversations.list_conversations,
        {200: ConversationList},
        ("bad_request", "unavailable"),
        (
            RequestParameter("q", "words to search for", _text(conversations.MAX_SEARCH_CHARS)),
            RequestParameter("after", "`next` of the page before", _text(conversations.MAX_CURSOR_CHARS)),
            RequestParameter("limit", "of the page", _size(MAX_PAGE)),
        ),
    ),
    Operation(
        "GET",
        "/api/conversations/{conversation_id}",
        conversations.get_conversation,
        {200: OutsideConversation},
        ("not_found", "unavailable"),
    ),
    Operation(
        "PATCH",
        "/api/conversations/{conversation_id}",
        conversations.patch_conversation,
        {200: OutsideConversation},
        ("not_found", "bad_request", "too_large", "unavailable"),
        body=Renaming,
    ),
    Operation(
        "DELETE",
        "/api/conversations/{conversation_id}",
        conversations.delete_conversation,
        {204: None},
        ("not_found", "conversation_busy", "unavailable"),
    ),
    Operation("GET", "/api/shares", shares.list_shares, {200: ShareList}, ("unavailable",)),
    Operation(
        "POST",
        "/api/shares",
        shares.post_share,
        {201: ShareSummary},
        (*_ONE_JOB, "not_ended", "forbidden", "quota", "bad_request", "too_large"),
        body=NewShare,
    ),
    Operation("DELETE", "/api/shares/{share_id}", shares.delete_share, {204: None}, ("not_found", "unavailable")),
    Operation("GET", "/api/shares/{share_id}", shares.get_share, {200: SharedAnswers}, ("not_found", "unavailable")),
    Operation(
        "GET",
        "/api/shares/{share_id}/jobs/{job_id}/events",
        shares.share_events,
        {200: "text/event-stream"},
        ("not_found", "unavailable", "too_many_connections"),
        head=False,
    ),
    Operation("GET", "/api/saved", saved.list_saved, {200: SavedList}, ("unavailable",)),
    Operation("POST", "/api/saved", saved.post_saved, {201: OutsideSaved}, _SAVING, body=NewSaved),
    Operation(
        "PUT", "/api/saved/{saved_id}", saved.put_saved, {200: OutsideSaved}, ("not_found", *_SAVING), body=NewSaved
    ),
    Operation("DELETE", "/api/saved/{saved_id}", saved.delete_saved, {204: None}, ("not_found", "unavailable")),
    Operation(
        "POST",
        "/api/saved/{saved_id}/question",
        saved.fill_saved,
        {200: FilledQuestion},
        ("not_found", "bad_request", "too_large", "unavailable"),
        body=ParameterValues,
    ),
    Operation(
        "PUT",
        "/api/board",
        saved.put_board,
        {200: SavedList},
        ("not_found", "quota", "bad_request", "too_large", "unavailable"),
        body=BoardOrder,
    ),
    Operation(
        "GET", "/api/catalog", catalog.catalog, {200: Catalog, 202: CatalogPending}, ("not_ready", "unavailable")
    ),
    Operation("GET", "/api/files", own_files.list_files, {200: FileList}, ("unavailable",)),
    Operation(
        "POST",
        "/api/files",
        own_files.post_file,
        {201: KeptFile},
        ("bad_request", "forbidden", "too_large", "quota", "busy", "unreadable_file", "queue_full", "unavailable"),
        (RequestParameter("name", "what the file is called", _text(own_files.MAX_NAME_CHARS)),),
        body=bytes,
    ),
    Operation("DELETE", "/api/files/{name}", own_files.delete_file, {204: None}, ("not_found", "unavailable")),
    Operation("GET", "/healthz", health.healthz, {200: Ok}, public=True),
    Operation("GET", "/readyz", health.readyz, {200: Ok}, ("unavailable",)),
    Operation("GET", "/api/stats", stats.stats, {200: ServerStats}, ("forbidden", "unavailable")),
    Operation("POST", "/api/drain", drain.drain, {202: Draining}, ("forbidden", "unavailable")),
    Operation("POST", "/api/nodes/{name}/drain", nodes.drain_node, {202: NodeList}, _NODE),
    Operation("DELETE", "/api/nodes/{name}/drain", nodes.undo_drain_node, {200: NodeList}, _NODE),
    Operation("GET", "/metrics", stats.metrics, {200: "text/plain"}, ("forbidden",)),
)
"""Every address and method of the HTTP side, in the order of `docs/protocol.md`."""
