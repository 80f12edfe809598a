"""Answers what workers ask."""

import logging
import socket

from broker.objects import Objects
from broker.stores.object_store import ObjectStoreError
from bus.transport.codec import CodecError, Decoder, encode
from bus.transport.frames import FrameTooLong, receive_frame, send_frame
from bus.wire.objects import (
    MAX_REQUEST_BYTES,
    AnyBrokerAnswer,
    AnyRequest,
    FindObject,
    FoundObject,
    ListObjects,
    NotServed,
    ObjectBytes,
    ReadBytes,
)

log = logging.getLogger(__name__)

_decode: Decoder[AnyRequest] = Decoder(AnyRequest)


class ObjectService:
    """Serves any number of workers, each connection in a thread of its own."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def serve(self, connection: socket.socket) -> None:
        """Answer one worker until it is gone, or sends nonsense."""
        with connection:
            try:
                while (frame := receive_frame(connection, MAX_REQUEST_BYTES)) is not None:
                    send_frame(connection, encode(self._answer(_decode(frame))))
            except (OSError, CodecError, FrameTooLong) as error:
                log.info("a worker's connection has ended: %s", error, extra={"action": "broker_connection"})

    def _answer(self, request: AnyRequest) -> AnyBrokerAnswer:
        try:
            match request:
                case ListObjects():
                    return self._objects.listing()
                case FindObject(path, version):
                    return FoundObject(self._objects.find(path, version))
                case ReadBytes(path, version, offset, length):
                    return ObjectBytes(self._objects.read(path, version, offset, length))
        except ObjectStoreError as error:
            log.info("%s", error, extra={"action": "broker_failed"})
            return NotServed(str(error))
