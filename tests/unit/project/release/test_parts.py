"""The lists of parts: valid CycloneDX, and exactly what the locks hold."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[4]
RUN_S = 200


@pytest.fixture(scope="module")
def parts() -> dict[str, Any]:
    """The documents that `make parts` writes, by their names."""
    command = ["make", "--no-print-directory", "--old-file=.venv/.installed-test", "parts"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=RUN_S, check=False)
    assert done.returncode == 0, done.stderr
    return {name: json.loads((ROOT / "build/parts" / f"{name}.cdx.json").read_text()) for name in ("python", "page")}


def components(document: dict[str, Any]) -> set[tuple[str, str]]:
    """Names, with the group that npm has in front, and versions."""
    found = document["components"]
    return {("/".join(filter(None, [one.get("group"), one["name"]])), one["version"]) for one in found}


@pytest.mark.parametrize("name", ["python", "page"])
def test_it_is_cyclonedx(parts: dict[str, Any], name: str) -> None:
    # It takes seconds to import, which each process that collects tests would wait for.
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    version = SchemaVersion.from_version(parts[name]["specVersion"])
    found = JsonStrictValidator(version).validate_str(json.dumps(parts[name]))
    assert found is None, found
    assert all(one["purl"].startswith(("pkg:pypi/", "pkg:npm/")) for one in parts[name]["components"])


def test_python_is_what_is_locked(parts: dict[str, Any]) -> None:
    pinned = re.findall(r"^([\w.-]+)==([^\s;\\]+)", (ROOT / "requirements/run.txt").read_text(), re.MULTILINE)
    assert len(pinned) > 20
    assert components(parts["python"]) == {*pinned}


def test_the_page_is_what_is_locked(parts: dict[str, Any]) -> None:
    locked = json.loads((ROOT / "web/package-lock.json").read_text())["packages"]
    wanted = {(path.rpartition("node_modules/")[2], package["version"]) for path, package in locked.items() if path}
    assert len(wanted) > 50
    assert components(parts["page"]) == wanted


def test_python_has_hashes(parts: dict[str, Any]) -> None:
    lock = (ROOT / "requirements/run.txt").read_text()
    for one in parts["python"]["components"]:
        found = [item for reference in one["externalReferences"] for item in reference.get("hashes", ())]
        assert found, one["name"]
        assert all(item["content"] in lock for item in found)


@pytest.mark.parametrize("name", ["run", "test"])
def test_every_locked_package_has_its_hashes(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    entries = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
    assert [entry.partition(" ")[0] for entry in entries if "--hash=sha256:" not in entry] == []
