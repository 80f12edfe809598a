"""Nodes are killed and stopped in a random run: one end a job, gapless streams, nothing left, counts that add up."""

from pathlib import Path

import pytest

from tests.chaos.run import run

NODES, STOPS = 2, 12


@pytest.mark.timeout(0)
def test_a_random_run_with_nodes(tmp_path: Path) -> None:
    """Bounded by its own waits. The nodes are on this machine, and Ray has no part in it."""
    words = run(tmp_path, 1, STOPS, nodes=NODES)
    print(words)
    assert " 0 strikes" not in words
