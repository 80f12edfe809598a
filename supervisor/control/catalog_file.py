"""The catalog in the state folder: what was read before a start need not be read again after it."""

import hashlib
import logging
from pathlib import Path

from bus.contract.catalog import Catalog
from bus.transport.codec import CodecError, Decoder

log = logging.getLogger(__name__)

FILE = "catalog"
_DIGEST_BYTES = hashlib.sha256().digest_size

_decode: Decoder[Catalog] = Decoder(Catalog)


class CatalogFile:
    """A file that may be missing or damaged at any time; then all data are read anew. Its tables are not trusted: each
    reading of the data takes over only those whose files, and the reader's version, are unchanged."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE

    def load(self) -> bytes:
        """The encoded catalog as it was saved; b"" where there is none that can be read."""
        try:
            content = self._file.read_bytes()
        except OSError:
            return b""
        digest, encoded = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
        if hashlib.sha256(encoded).digest() != digest:
            log.warning("%s is damaged: the data are read anew", self._file, extra={"action": "catalog"})
            return b""
        try:
            _decode(encoded)
        except CodecError:  # of another version
            return b""
        return encoded

    def save(self, encoded: bytes) -> None:
        """Write it in place of the one before. Where it cannot be written, the next start reads all data."""
        fresh = self._file.with_suffix(".new")
        try:
            fresh.write_bytes(hashlib.sha256(encoded).digest() + encoded)
            fresh.replace(self._file)
        except OSError as error:
            log.warning("the catalog cannot be kept: %s", error, extra={"action": "catalog"})
