"""Every stop is tried in both forms of containment."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bus.contract.vocabulary import Proof


@pytest.fixture(scope="module", autouse=True, params=["sweep", "cgroup"])
def containment(request: pytest.FixtureRequest) -> Iterator[None]:
    """Supervisors that are started meanwhile hold their workers in this form."""
    form: str = request.param
    with pytest.MonkeyPatch.context() as patch:
        if form == "cgroup":
            cgroups: Path = request.getfixturevalue("cgroups")
            patch.setenv("DEADSTOP_CONTAINMENT__GROUP", str(cgroups))
        patch.setenv("DEADSTOP_CONTAINMENT__FORM", form)
        yield


@pytest.fixture
def proof(containment: None) -> Proof:
    """What a supervisor of this form says of a job's end."""
    return Proof.CGROUP if os.environ["DEADSTOP_CONTAINMENT__FORM"] == "cgroup" else Proof.SWEPT
