"""Where the data lie: a folder of this machine, or an address of a store, such as `s3://bucket/prefix`. Pure."""

from urllib.parse import parse_qsl, urlsplit, urlunsplit

import msgspec

STORE_OPTIONS = {
    "s3": frozenset({"region", "endpoint_override", "scheme", "anonymous"}),
    "gs": frozenset({"endpoint_override", "scheme", "anonymous"}),
    "az": frozenset({"account", "endpoint_override", "scheme"}),
}
"""What may stand behind the `?` of a store's address."""
_WEB = ("https", "http")

LAKE_LOGS = {"_delta_log": "Delta", ".hoodie": "Hudi"}
"""Folders that make the one above them a table with a log of its own, and its kind."""
ICEBERG_LOG, ICEBERG_SUFFIX = "metadata", ".metadata.json"
"""A folder of this name with a file of this ending makes the folder above it an Iceberg table."""


class DataPlace(msgspec.Struct, frozen=True):
    """`folder` is a folder ("" for the bundled data) or an address, whose objects a broker serves at the socket
    `broker`. `own` is the folder of one user's own files, "" where they have none."""

    folder: str = ""
    broker: str = ""
    own: str = ""


def a_lake(kind: str) -> str:
    return f"{'an' if kind.startswith('I') else 'a'} {kind}"


def is_address(folder: str) -> bool:
    return "://" in folder


def shown_address(address: str) -> str:
    """An address without what may be a secret (a user, a query with a signature): it may be logged, and given to
    workers."""
    parts = urlsplit(address)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def why_unusable(address: str) -> str:
    """What is wrong with an address, as a sentence that does not repeat it; "" where nothing is."""
    parts = urlsplit(address)
    if parts.scheme not in (*STORE_OPTIONS, *_WEB):
        return f"{parts.scheme}:// is not known; name a folder, or an address that begins with s3, gs, az or https"
    if "@" in parts.netloc:
        return "it holds a user or a key; leave that out, and put it where the store's own tools look for it"
    if not parts.netloc or not (parts.path.strip("/") or parts.scheme in STORE_OPTIONS):
        return "it names no bucket" if parts.scheme in STORE_OPTIONS else "it names no file"
    if parts.scheme in STORE_OPTIONS:
        known = STORE_OPTIONS[parts.scheme]
        unknown = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True) if name not in known]
        if unknown:
            return f"there is no option {unknown[0]}; {parts.scheme}:// has {', '.join(sorted(known))}"
    return ""
