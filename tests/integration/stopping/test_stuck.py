"""What tests call stuck is tried out first, and said in words where nothing is."""

import pytest

from tests.harness.jobs import stuck


@pytest.fixture(scope="module", autouse=True)
def containment() -> None:
    """What holds workers has nothing to do with it."""


def test_a_statement_is_found_that_ignores_interrupts() -> None:
    assert stuck.stuck_statement() in stuck.CANDIDATES


def test_what_obeys_or_ends_or_fails_is_not_called_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = "select count(*) from range(100000000000) t(a), range(1000) u(b) where (a * b) % 7 = 3"
    monkeypatch.setattr(stuck, "CANDIDATES", ("select 1", endless, "select no_such_function()"))
    with pytest.raises(stuck.NothingIsStuckError) as raised:
        stuck.stuck_statement.__wrapped__()
    said = str(raised.value)
    assert "select 1: it ended by itself" in said
    assert f"{endless}: INTERRUPT Error" in said
    assert "no_such_function" in said.splitlines()[-1]
    assert "add one to CANDIDATES" in said
