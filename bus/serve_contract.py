"""What `deadstop serve` hands to the programs it starts, and how they hear that it has died."""

import asyncio
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from bus.contract.settings import Settings
from bus.contract.settings_file import load_settings
from bus.values.visible import visible

VARIABLE = "DEADSTOP_SERVE"

REPLACED_SIGNAL = signal.SIGHUP
"""To a gateway: another one serves in its place."""

DRAINED_SIGNAL = signal.SIGUSR1
"""To a gateway: the last job has ended, so that it may leave when everybody has read to the end."""

DRAINED = 4
"""Exit status of a supervisor that has drained: nothing is to be started again."""

STATE_LOST = 5
"""Exit status of a supervisor whose log was removed under it: another one goes on with what it has written anew."""


UNUSABLE = 2
"""Exit status of a program that cannot run with the settings, or in the folders, that it was given."""


class ServeOrders(msgspec.Struct, frozen=True):
    """How a program was started. `lifeline_fd` is the read end of a pipe whose closing says that `serve` has died;
    `listen_fd` a listening socket to take over; `made_token` lets the person at this machine in."""

    config: str | None = None
    overrides: dict[str, Any] = {}
    listen_fd: int | None = None
    lifeline_fd: int | None = None
    made_token: str = ""

    def settings(self) -> Settings:
        """Raises `SettingsError`."""
        return load_settings(Path(self.config) if self.config else None, os.environ, self.overrides)


def read_orders() -> ServeOrders:
    """The orders from our environment, which they leave here so that no child inherits them."""
    text = os.environ.pop(VARIABLE, "")
    return msgspec.json.decode(text, type=ServeOrders) if text else ServeOrders()


def watch_lifeline(descriptor: int | None, on_end: Callable[[], None]) -> None:
    """Call `on_end` in the running loop when the program that holds the pipe's other end is gone."""
    if descriptor is None:
        return
    loop = asyncio.get_running_loop()
    os.set_inheritable(descriptor, False)

    def readable() -> None:
        if not os.read(descriptor, 64):
            loop.remove_reader(descriptor)
            on_end()

    loop.add_reader(descriptor, readable)


def say_ready(**facts: Any) -> None:
    """One JSON line on standard output: the program can be used from here on."""
    sys.stdout.write(json.dumps({"ready": True, **facts}) + "\n")
    sys.stdout.flush()


def give_up(program: str, error: Exception) -> NoReturn:
    """End with `UNUSABLE` and one line on standard error: the program cannot run with what it was given."""
    sys.stderr.write(visible(f"deadstop {program}: {error}") + "\n")
    sys.exit(UNUSABLE)


class _JsonFormatter(logging.Formatter):
    """One JSON object a record, with the fields given in `extra`."""

    _USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        extra = {name: value for name, value in vars(record).items() if name not in self._USUAL and value is not None}
        line |= {name: value for name, value in extra.items() if name not in line}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


class _PlainFormatter(logging.Formatter):
    """Text for people, in which nothing that somebody has sent steers their terminal, or looks like another line."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        return super().formatMessage(record).replace("\n", "\u240a")

    def format(self, record: logging.LogRecord) -> str:
        return visible(super().format(record))


def set_up_logging(log_format: str, program: str) -> None:
    """Log to standard error, as text for people or as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    if log_format == "json":
        handler.setFormatter(_JsonFormatter())
    else:
        handler.setFormatter(_PlainFormatter(f"%(asctime)s {program} %(levelname)s %(message)s", "%H:%M:%S"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
