"""The application: which address is answered by what."""

from aiohttp import web

from gateway import conversations, health, jobs, pages, sse
from gateway.access import add_headers, guard
from gateway.context import GATEWAY, Gateway
from gateway.results import download
from gateway.upgrade import open_websocket


def routes() -> list[web.RouteDef]:
    """Every address, in the order of `docs/protocol.md`."""
    return [
        web.get("/ws", open_websocket, allow_head=False),
        web.post("/api/jobs", jobs.post_job),
        web.get("/api/jobs", jobs.list_jobs),
        web.get("/api/jobs/{job_id}", jobs.get_job),
        web.get("/api/jobs/{job_id}/events", sse.job_events, allow_head=False),
        web.delete("/api/jobs/{job_id}", jobs.delete_job),
        web.get("/api/jobs/{job_id}/result.{format:json|csv|parquet}", download, allow_head=False),
        web.get("/api/conversations", conversations.list_conversations),
        web.get("/api/conversations/{conversation_id}", conversations.get_conversation),
        web.patch("/api/conversations/{conversation_id}", conversations.patch_conversation),
        web.delete("/api/conversations/{conversation_id}", conversations.delete_conversation),
        web.get("/api/catalog", health.catalog),
        web.get("/healthz", health.healthz),
        web.get("/readyz", health.readyz),
        web.get("/metrics", health.metrics),
        web.get("/", pages.index),
        web.get("/assets/{name}", pages.asset),
        web.post("/signin", pages.sign_in),
        web.post("/signout", pages.sign_out),
    ]


def make_app(gateway: Gateway) -> web.Application:
    """Everything that can be asked of a gateway."""
    app = web.Application(middlewares=[guard], client_max_size=gateway.settings.gateway.max_frame_bytes)
    app[GATEWAY] = gateway
    app.on_response_prepare.append(add_headers)
    app.add_routes(routes())
    return app
