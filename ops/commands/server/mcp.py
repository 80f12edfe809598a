"""`deadstop mcp`."""

import click

from ops.options import target_options
from ops.target import Target

DEFAULT_PORT = 8643


@click.command()
@click.option("--http", metavar="HOST:PORT", help="Serve over HTTP at /mcp there, not over standard input and output.")
@target_options
def command(target: Target, http: str | None) -> None:
    """Serve the data to assistants, over the Model Context Protocol: the tools ask, sql, describe_data and stop.

    An assistant starts it by itself, and speaks with it over standard input and output. With --http many may: --url
    names the server, and each sends its own token. A call that is cancelled stops its job, with proof.
    """
    import asyncio
    from importlib.util import find_spec

    from ops.errors import OpsError

    if find_spec("mcp") is None:
        raise OpsError("this needs the package mcp; install deadstop[mcp]")
    if http is not None and not target.url:
        raise click.UsageError("--http needs --url: each assistant acts there with its own token")
    from ops.actions.mcp.server import make_server, serve_http

    server = make_server(target, over_http=http is not None)
    if http is None:
        asyncio.run(server.run_stdio_async())
    else:
        asyncio.run(serve_http(server, *_place(http), click.echo))


def _place(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon:
        return text, DEFAULT_PORT
    if not port.isdecimal():
        raise click.UsageError(f"{text} is no place; write it as 127.0.0.1:{DEFAULT_PORT}")
    return host or "127.0.0.1", int(port)
