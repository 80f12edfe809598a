"""The versions of engine and libraries that are installed, beside those that this release was tested with."""

import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

from bus.contract.settings import Settings
from ops.checks.finding import Finding, ok, warning

LIBRARIES = ("duckdb", "pyarrow", "pyzmq", "anthropic", "aiohttp", "msgspec", "sqlglot", "rapidfuzz")
"""Libraries whose behaviour an answer, a stop or a delivery rests on."""

_INSTALLED = Path(__file__).parent / "tested_with.txt"
_IN_CHECKOUT = Path(__file__).parents[2] / "requirements/run.txt"
_PINNED = re.compile(r"^([\w.-]+)==([^\s;\\]+)", re.MULTILINE)


class Library(msgspec.Struct, frozen=True):
    """A library's version here and at the tests; "" where it is not installed, or was not recorded."""

    name: str
    found: str
    tested: str

    @property
    def differs(self) -> bool:
        return bool(self.tested) and self.found != self.tested


def tested_versions() -> dict[str, str]:
    """Name → version of every package of the lock that the tests ran with; empty where it did not come along."""
    for path in (_INSTALLED, _IN_CHECKOUT):
        if path.is_file():
            return dict(_PINNED.findall(path.read_text()))
    return {}


def libraries() -> list[Library]:
    """The libraries that matter most, as they are here and as they were tested."""
    tested = tested_versions()
    return [Library(name, _found(name), tested.get(name, "")) for name in LIBRARIES]


def versions(settings: Settings) -> Finding:
    """Whether what is installed is what was tested."""
    every = libraries()
    found = ", ".join(f"{library.name} {library.found or 'missing'}" for library in every)
    others = [f"{library.name} {library.tested}" for library in every if library.differs]
    if not others:
        return ok("libraries", found)
    todo = f"tested with {', '.join(others)}; if something behaves otherwise, install those"
    return warning("libraries", found, todo)


def _found(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
