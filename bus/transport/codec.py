"""MessagePack inside, with the protocol's version in front of every command, so that parts of different versions
refuse each other clearly instead of misreading each other."""

from typing import Any, Generic, TypeVar

import msgspec

BUS_VERSION = "3.0"
"""Version of the bus, between the programs of one machine; `docs/protocol.md` states it, and a test holds the two
together."""


T = TypeVar("T")

_encoder = msgspec.msgpack.Encoder()


class CodecError(Exception):
    """Bytes that are not what they should be; the text says what was expected where."""


def encode(value: Any) -> bytes:
    """Any struct of the bus as MessagePack."""
    return _encoder.encode(value)


class Decoder(Generic[T]):
    """Decodes bytes into one type (a struct, a tagged union, a list of them); raises `CodecError`."""

    def __init__(self, type_: Any) -> None:
        self._decoder: msgspec.msgpack.Decoder[T] = msgspec.msgpack.Decoder(type_)

    def __call__(self, data: bytes | memoryview) -> T:
        try:
            return self._decoder.decode(data)
        except (msgspec.DecodeError, ValueError, RecursionError) as error:  # the last for what is nested without end
            raise CodecError(str(error)) from error


def same_protocol(version: str) -> bool:
    """Parts understand each other when the number before the dot is the same."""
    return version.partition(".")[0] == BUS_VERSION.partition(".")[0]
