"""How many of something is said in one way, whoever says it."""

import pytest

from bus.values.counts import counted


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 rows"), (1, "1 row"), (1.0, "1 row"), (2, "2 rows"), (1_234_567, "1,234,567 rows")]
)
def test_a_count_and_its_noun(count: float, said: str) -> None:
    assert counted(count, "row") == said
