"""What readers of tables with a log of their own share."""


class NotReadable(Exception):
    """The table is not read. The message says why, and what to do."""
