"""Prints the server's address. A terminal gets it with the token of this run. A journal is kept and read by others, so
it gets the address without the token, and the whole address is written to a file that only the server's account can
read."""

import contextlib
import logging
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from bus.system.private_files import keep_private

log = logging.getLogger(__name__)

FILE_NAME = "sign_in_address"


@contextlib.contextmanager
def announcing(state_dir: Path) -> Iterator[Callable[[str, str], None]]:
    """A function that tells where we serve, and the token made for this run ("" for none). The file goes at the end, as
    the token does. It raises `NotPrivate`, `OSError`."""
    path = state_dir / FILE_NAME

    def announce(url: str, token: str) -> None:
        if not token or sys.stdout.isatty():
            click.echo(_with_token(url, token))
            return
        _write(path, _with_token(url, token) + "\n")
        log.info("the address that signs in stands in %s", path, extra={"action": "announced"})
        click.echo(url)

    try:
        yield announce
    finally:
        with contextlib.suppress(OSError):
            path.unlink()


def _with_token(url: str, token: str) -> str:
    return f"{url}?token={token}" if token else url


def _write(path: Path, text: str) -> None:
    keep_private(path)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "w") as file:
        file.write(text)
