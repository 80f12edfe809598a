"""What a worker and the broker of its data say to each other, a request and its answer at a time: each is one frame of
a Unix socket. A connection has no memory: whoever reads says what of which version."""

import msgspec

MAX_READ_BYTES = 4 * 1024 * 1024
"""The most that one request may ask for: a stop never waits behind more, and no worker makes the broker hold more."""
MAX_REQUEST_BYTES = 64 * 1024


class RemoteObject(msgspec.Struct, frozen=True):
    """One object of a store. `version` changes when it is written again."""

    path: str
    size: int
    version: str


class Request(msgspec.Struct, frozen=True, tag_field="ask"):
    """Base of what a worker asks."""


class ListObjects(Request, frozen=True, tag="list"):
    """Asks for all objects beneath the address; answered by `Listing`."""


class FindObject(Request, frozen=True, tag="find"):
    """Asks for one object of the last listing, which has to be of this version, or of any where it is "": answered by
    `FoundObject`."""

    path: str
    version: str = ""


class ReadBytes(Request, frozen=True, tag="read"):
    """Asks for at most MAX_READ_BYTES of an object of this version; answered by `ObjectBytes`."""

    path: str
    version: str
    offset: int
    length: int


AnyRequest = ListObjects | FindObject | ReadBytes


class BrokerAnswer(msgspec.Struct, frozen=True, tag_field="answer"):
    """Base of what the broker answers."""


class Listing(BrokerAnswer, frozen=True, tag="listing"):
    """All objects beneath the address, whose own path is `root`."""

    root: str
    objects: list[RemoteObject]


class FoundObject(BrokerAnswer, frozen=True, tag="found"):
    found: RemoteObject


class ObjectBytes(BrokerAnswer, frozen=True, tag="bytes"):
    """All bytes that were asked for."""

    data: bytes


class NotServed(BrokerAnswer, frozen=True, tag="failed"):
    """Why it cannot be done, and what to do next, for people."""

    why: str


AnyBrokerAnswer = Listing | FoundObject | ObjectBytes | NotServed
