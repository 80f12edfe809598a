"""Both wires: a test with the fixture `wire` runs once on each."""

import pytest

from tests.fakes import flights


@pytest.fixture(params=["messages", "chat"])
def wire(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The wire that the servers of `model` speak; which one, their clients find out by themselves."""
    spoken: str = request.param
    monkeypatch.setattr(flights, "WIRE", spoken)
    return spoken
