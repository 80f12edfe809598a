"""What the systemd unit takes away is not missed: a /proc that holds processes and nothing else (`ProcSubset=pid`)."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.cli_runner import PATIENCE_S, environment

WITHIN = 'mount -t proc -o subset=pid,hidepid=invisible proc /proc && test ! -e /proc/meminfo && exec "$@"'
ALONE = ("unshare", "--mount", "--pid", "--fork")


def may_mount() -> bool:
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        return False
    tried = subprocess.run([*ALONE, "sh", "-c", WITHIN, "sh", "true"], capture_output=True, timeout=60, check=False)
    return tried.returncode == 0


def test_a_question_is_answered_and_doctor_finds_the_sandbox(tmp_path: Path) -> None:
    if not may_mount():
        pytest.skip("only root may mount a /proc of its own")
    for arguments, expected in (
        (["ask", "SELECT 40 + 2 AS n"], "42"),
        (["doctor"], "sockets beside TCP, System V memory, tracing and namespaces are refused"),
    ):
        command = [*ALONE, "sh", "-c", WITHIN, "sh", sys.executable, "-m", "ops", *arguments]
        done = subprocess.run(
            [*command, *(["--state-dir", str(tmp_path / "state")] if arguments[0] == "doctor" else [])],
            cwd=tmp_path,
            env=environment(HOME=str(tmp_path)),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert expected in done.stdout
