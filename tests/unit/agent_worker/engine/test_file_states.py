"""When a file's times tell that it has been written again."""

from pathlib import Path

import pytest

from agent_worker.engine.file_states import TICK_NS, file_state, settles_in_s


@pytest.mark.parametrize(
    ("age_ns", "wait_s"),
    [(0, 0.02), (5_000_000, 0.015), (TICK_NS, 0), (10**15, 0), (-5_000_000, 0.025), (-(10**12), 0)],
)
def test_a_file_that_is_just_written_is_waited_for(age_ns: int, wait_s: float) -> None:
    assert settles_in_s(10**18, 10**18 + age_ns) == pytest.approx(wait_s)


def test_a_file_that_is_written_again_at_once_is_in_another_state(tmp_path: Path) -> None:
    """Also with as many bytes; file systems with coarse clocks would give both writings one time."""
    file = tmp_path / "t.csv"
    states = set()
    for digit in range(5):
        file.write_text(f"n\n{digit}\n")
        states.add(file_state(file))
    assert len(states) == 5
