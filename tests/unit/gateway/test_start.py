"""What a gateway loads before it serves."""

import subprocess
import sys

from tests.harness.servers import ROOT


def test_arrow_is_loaded_only_for_a_download() -> None:
    """It would take a third of a gateway's start, and half of its memory."""
    loaded = "import gateway.main, sys; print(sys.modules.keys() & {'pyarrow', 'numpy', 'pandas', 'duckdb'})"
    said = subprocess.run(
        [sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, text=True, timeout=100, check=True
    )
    assert said.stdout.strip() == "set()"
