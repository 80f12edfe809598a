"""What a gateway loads before it serves."""

import subprocess
import sys

import pytest

from tests.harness.servers import ROOT

ADD_SOCKETIO = """
from aiohttp import web
from gateway.app_state import GATEWAY
from gateway.ws.socketio_route import add_socketio
app = web.Application()
app[GATEWAY] = None
add_socketio(app)
"""


@pytest.mark.parametrize(
    ("program", "names"),
    [
        pytest.param("import gateway.main", ("pyarrow", "numpy", "pandas", "duckdb"), id="arrow"),
        pytest.param(f"import gateway.main{ADD_SOCKETIO}", ("socketio", "engineio", "requests"), id="socketio"),
    ],
)
def test_what_few_ask_for_is_loaded_with_the_first_who_does(program: str, names: tuple[str, ...]) -> None:
    """Arrow, for downloads, would be a third of a gateway's start and half of its memory; Socket.IO a tenth of its
    start."""
    command = [sys.executable, "-c", f"{program}\nimport sys; print(sys.modules.keys() & {set(names)})"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=True)
    assert said.stdout.strip() == "set()"
