"""What a store gives, whichever it is."""

from typing import NamedTuple, Protocol

CONNECT_TIMEOUT_S = 5.0
SILENT_S = 5.0
"""A store that says nothing for so long is asked again."""


class ObjectStoreError(Exception):
    """The store does not give what it was asked for. The message names the object and what to do next, for people."""


class ObjectChanged(ObjectStoreError):
    """The object was written again: its version is not the one that was asked for."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} was changed since its table was read. Ask again: the tables are read anew")


class Listed(NamedTuple):
    """An object of a listing. `written` is when that was, in whatever words the store has for it."""

    path: str
    size: int
    written: str


class ObjectReader(Protocol):
    """One object, at the version that it had when it was opened. Any number of threads may read at a time."""

    @property
    def size(self) -> int: ...
    @property
    def version(self) -> str: ...

    def read(self, offset: int, length: int) -> bytes:
        """Exactly these bytes of exactly this version. Raises ObjectStoreError, and ObjectChanged."""
        ...


class ObjectStore(Protocol):
    """The objects beneath one address."""

    @property
    def root(self) -> str:
        """The path that all its objects' paths begin with."""
        ...

    def list(self) -> list[Listed]:
        """Raises ObjectStoreError."""
        ...

    def open(self, path: str) -> ObjectReader:
        """Raises ObjectStoreError."""
        ...
