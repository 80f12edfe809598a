"""Memory is laid together, and stays what it was."""

import subprocess
import sys

import pytest

_COLLAPSES = """
import re
from supervisor.processes.huge_pages import collapse

def huge_kib():
    return sum(map(int, re.findall(r"AnonHugePages: +(\\d+)", open("/proc/self/smaps").read())))

block = bytearray(range(256)) * (1 << 16)  # 16 MiB
holes = bytearray(64 << 20)
before = huge_kib()
collapse()
assert block == bytearray(range(256)) * (1 << 16)
assert not any(holes[:: 1 << 12])
print(huge_kib() - before)
"""


def test_memory_is_laid_together_and_keeps_its_contents() -> None:
    done = subprocess.run([sys.executable, "-c", _COLLAPSES], capture_output=True, text=True, check=True)
    if not int(done.stdout):
        pytest.skip("this kernel collapses no memory into huge pages")
    assert int(done.stdout) >= 12 << 10
