"""The files of the built page."""

import re
from pathlib import Path

STATIC = Path(__file__).parent.parent / "static"
_ASSET = re.compile(r"/assets/[\w.-]+")
_ASSET_NAME = re.compile(r"[\w-][\w.-]*")


def page_text(name: str) -> str:
    """A page of HTML; empty where the pages have not been built."""
    try:
        return (STATIC / name).read_text()
    except FileNotFoundError:
        return ""


def asset_path(name: str) -> Path | None:
    """The file of an asset; `None` where there is none of that name, whatever it holds (slashes, dots)."""
    path = STATIC / "assets" / name
    return path if _ASSET_NAME.fullmatch(name) and path.is_file() else None


def needed_by(name: str, path: str) -> bool:
    """Whether the page `name` loads the asset at this address."""
    return path.startswith("/assets/") and path in _ASSET.findall(page_text(name))
