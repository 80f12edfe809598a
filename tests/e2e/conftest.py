"""A server that the tests of a file share, with the file's `CONFIG` if it has one (all others share one server), and
both ways to it."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.cli_runner import Server, serving


@pytest.fixture(scope="package")
def usual_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """With the usual settings. Whoever takes it leaves no job alive and no token; what has ended nobody counts."""
    with serving(tmp_path_factory.mktemp("served")) as running:
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Server]:
    config: str | None = getattr(request.module, "CONFIG", None)
    if config is None:
        yield request.getfixturevalue("usual_server")
        return
    with serving(tmp_path_factory.mktemp("served"), config=config) as running:
        yield running


@pytest.fixture(params=["bus", "http"])
def target(request: pytest.FixtureRequest, server: Server) -> list[str]:
    """Both ways to the same server."""
    return ["--state-dir", str(server.state_dir)] if request.param == "bus" else ["--url", server.url]


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the programs of this test keep what is temporary: a folder of their own, with a path short enough for
    sockets."""
    with tempfile.TemporaryDirectory(prefix="deadstop-") as folder:
        monkeypatch.setenv("TMPDIR", folder)
        yield Path(folder)
