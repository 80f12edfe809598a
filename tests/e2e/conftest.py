"""A server that the tests of a file share, with the file's `CONFIG` if it has one, and both ways to it."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.cli_runner import Server, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("served"), config=getattr(request.module, "CONFIG", "")) as running:
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
