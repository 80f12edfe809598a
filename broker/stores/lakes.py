"""Tables with a log of their own around an address: their log says which of their files count, and it is not there."""

from contextlib import suppress

import pyarrow.fs as arrow_fs

from bus.contract.data_place import ICEBERG_LOG, ICEBERG_SUFFIX, LAKE_LOGS


def lake_around(files: arrow_fs.FileSystem, place: str) -> tuple[str, str] | None:
    """The path of the nearest one that `place` lies in, and its kind. What lies above what the credentials do not open
    is not known."""
    parts = place.split("/")
    with suppress(OSError):
        for depth in range(len(parts) - 1, 0, -1):
            above = "/".join(parts[:depth])
            if kind := _kind(files, above):
                return above, kind
    return None


def _kind(files: arrow_fs.FileSystem, folder: str) -> str:
    """Which kind of lake table this folder is (Delta, Hudi, Iceberg); "" for none."""
    logs = [f"{folder}/{log}" for log in (*LAKE_LOGS, ICEBERG_LOG)]
    there = [info.path for info in files.get_file_info(logs) if info.type is arrow_fs.FileType.Directory]
    for log, kind in LAKE_LOGS.items():
        if f"{folder}/{log}" in there:
            return kind
    if f"{folder}/{ICEBERG_LOG}" not in there:
        return ""
    found = files.get_file_info(arrow_fs.FileSelector(f"{folder}/{ICEBERG_LOG}"))
    return "Iceberg" if any(info.path.endswith(ICEBERG_SUFFIX) for info in found) else ""
