"""Whatever is killed, stalled or dropped: one end a job, gapless streams, nothing left, counts that add up."""

from pathlib import Path

import pytest

from tests.chaos.run import run
from tests.chaos.script import NODE_WEIGHTS, script


@pytest.mark.timeout(0)
def test_random_runs(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    """Bounded by its own waits: each command, and the end of all jobs."""
    for seed in range(1, 1 + pytestconfig.getoption("--chaos-seeds", default=1)):
        folder = tmp_path / str(seed)
        folder.mkdir()
        print(f"seed {seed}: {run(folder, seed, pytestconfig.getoption('--chaos-stops', default=20))}")


def test_a_seed_is_a_script() -> None:
    assert script(7, 50) == script(7, 50)
    assert script(7, 50) != script(8, 50)
    kinds = [step.kind for step in script(7, 50)]
    assert sum(kind in ("stop", "now") for kind in kinds) == 50
    assert {"kill_supervisor", "kill_gateway"} <= set(kinds)
    assert not NODE_WEIGHTS.keys() & set(kinds)
    assert NODE_WEIGHTS.keys() & {step.kind for step in script(7, 50, on_nodes=True)}
