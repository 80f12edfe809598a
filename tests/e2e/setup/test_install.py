"""A real installation: what git knows becomes a wheel, the wheel goes into an environment that holds what the wheel
asks for and nothing else, the command starts."""

import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[3]
BUILT = ("gateway/static", "agent_worker/sample_data")

pytestmark = pytest.mark.timeout(900)  # what builds the wheel may come over a slow network


def run(*command: str | Path, cwd: Path) -> str:
    """The command's output; its failure shows all that it said."""
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=800)
    assert done.returncode == 0, f"{command} ended with code {done.returncode}:\n{done.stdout}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the tracked files alone, so that a module nobody added is missed here and not by a user."""
    tree, out = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheel")
    for name in run("git", "ls-files", cwd=ROOT).splitlines():
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
    for name in BUILT:  # What is fresh is not built again; what is stale is built in the copy.
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name)
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", out, tree, cwd=out)
    return next(out.glob("deadstop-*.whl"))


def test_the_wheel_carries_the_page_and_the_sample_data(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()

    assert {"gateway/static/index.html", "agent_worker/sample_data/flights.parquet"} <= set(names)
    assert any(name.startswith("gateway/static/assets/") for name in names)
    assert {"ops/checks/tested_with.txt"} <= set(names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "bench/", "web/", "hatch_build"))]


def test_the_command_starts_from_an_environment_of_what_the_wheel_asks_for(wheel: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv", cwd=tmp_path)
    programs = tmp_path / "venv/bin"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", programs / "python")
    run(*pip, "install", "--quiet", "--no-compile", "--no-deps", "--no-index", wheel, cwd=tmp_path)
    (packages,) = tmp_path.glob("venv/lib/python*/site-packages")
    (installed,) = packages.glob("deadstop-*.dist-info")
    for needed in asked_for(Distribution.at(installed)):
        lend(needed, packages)
    run(*pip, "check", cwd=tmp_path)

    said = run(programs / "deadstop", "--help", cwd=tmp_path)

    assert [command for command in ("serve", "ask", "kill", "tail", "doctor") if command not in said] == []


def asked_for(first: Distribution) -> list[Distribution]:
    """What this needs, and what that needs, as they are in the environment of the tests: pip has found them there."""
    found: dict[tuple[str, str], Distribution] = {}
    pending = [(first, "")]
    while pending:
        asking, with_extra = pending.pop()
        for requirement in map(Requirement, asking.requires or []):
            if requirement.marker is None or requirement.marker.evaluate({"extra": with_extra}):
                for extra in ("", *requirement.extras):
                    key = (canonicalize_name(requirement.name), extra)
                    if key not in found:
                        found[key] = distribution(requirement.name)
                        pending.append((found[key], extra))
    return [needed for (_, extra), needed in found.items() if not extra]


def lend(needed: Distribution, packages: Path) -> None:
    """Its files, from where they are; what it compiles and its programs stay there."""
    for file in needed.files or []:
        if ".." not in file.parts and file.suffix != ".pyc":
            place = packages / file
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(Path(str(needed.locate_file(file))))
