"""`deadstop serve`."""

from pathlib import Path

import click

from ops.options import config_option, state_dir_option
from ops.target import read_settings


@click.command()
@config_option
@click.option(
    "--data",
    metavar="PLACE",
    help="Folder of data, or an address: s3://, gs://, az://, https://. Default: flights out of New York in 2013.",
)
@click.option("--host", help="Address to listen on; others than loopback need configured tokens.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes any free one.")
@state_dir_option
def command(config: Path | None, data: str | None, host: str | None, port: int | None, state_dir: str | None) -> None:
    """Serve questions: starts supervisor and gateway, and prints the address when both are ready. For data that are not
    on this machine a broker stands beside them, which alone holds the store's credentials.

    Where standard output is no terminal, the token does not go there: the address with it stands in the file
    sign_in_address of the state folder.

    Ctrl-C stops the jobs, then ends all; a second Ctrl-C kills them at once. A program that dies is started again.
    """
    import asyncio

    from bus.address import require_usable_folders, state_folder
    from bus.serve_contract import set_up_logging
    from ops.serve.announcement import announcing
    from ops.serve.programs import ServeOptions, serve

    overrides = {
        "supervisor.state_dir": state_dir,
        "data.folder": data,
        "gateway.host": host,
        "gateway.port": port,
    }
    settings = read_settings(config, overrides)
    set_up_logging(settings.supervisor.log_format, "serve")
    require_usable_folders(settings)
    options = ServeOptions(config, settings, port_named=port is not None)
    with announcing(state_folder(settings.supervisor.state_dir)) as announce:
        asyncio.run(serve(options, announce))
