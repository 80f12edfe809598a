"""What readers of tables with a log of their own share."""

from datetime import UTC, datetime


class NotReadable(Exception):
    """The table is not read. The message says why, and what to do."""


def version_of(name: object, milliseconds: int) -> str:
    """How a version is shown: its name, and when it was written, in milliseconds since 1970."""
    return f"version {name} of {datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"
