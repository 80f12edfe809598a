"""A lock holds what it names at one version, also once newer ones are released."""

from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = Path(__file__).resolve().parents[4] / "requirements"


@pytest.mark.parametrize("name", ["run.txt", "test.txt"])
def test_what_is_required_with_extras_is_held_with_them(name: str) -> None:
    """Older installers look for the newest version of `package[extra]` where only `package` is held, and refuse it."""
    lines = (LOCKS / name).read_text().splitlines()
    held = {canonicalize_name(one.name): one.extras for line in lines if "==" in line and (one := _requirement(line))}
    assert held
    missing = {
        f"{package} requires {wanted}"
        for package, extras in held.items()
        for wanted in _requirements(package, extras)
        if not wanted.extras <= held.get(canonicalize_name(wanted.name), wanted.extras)
    }
    assert not missing


def _requirement(line: str) -> Requirement:
    return Requirement(line.removesuffix("\\").strip())


def _requirements(package: str, extras: set[str]) -> list[Requirement]:
    """What an installed package requires here, with those extras; nothing of one that is not for this machine."""
    try:
        found = [Requirement(text) for text in requires(package) or ()]
    except PackageNotFoundError:
        return []
    return [
        one
        for one in found
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in ("", *extras))
    ]
