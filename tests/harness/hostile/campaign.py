"""Runs the whole hostile set against the sandbox with these layers off."""

import json
import os
import subprocess
import sys
from collections.abc import Collection

import msgspec

from tests.harness.hostile.layers import first_environment
from tests.harness.hostile.outcome import Outcome
from tests.harness.servers import ROOT

RUN_S = 900


def outcomes(part: str, off: Collection[str]) -> list[Outcome]:
    """What came of every statement, or every attempt (`part`)."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.harness.hostile.trial", part, json.dumps(sorted(off))],
        cwd=ROOT,
        env=os.environ | first_environment(off) | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=RUN_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]
    return [msgspec.json.decode(line, type=Outcome) for line in done.stdout.splitlines()]
