"""What holds of questions on the supervisor's own machine holds of those on a node: the same tests, over one node."""

from collections.abc import Iterator

import pytest

from bus.contract.vocabulary import Proof

CLUSTER = {"CLUSTER__PROVIDER": "local", "CLUSTER__SLOTS": "100", "CLUSTER__LEASE_S": "8"}
LIGHT = {"WORKER__PRELOAD": '["agent_worker.runtime.worker"]'}
"""What few of the tests need is loaded by whoever needs it."""


@pytest.fixture(scope="module", autouse=True)
def containment(request: pytest.FixtureRequest) -> Iterator[Proof]:
    """Supervisors that are started meanwhile have their workers on a node, held by its namespace alone, or in the
    control groups of a file that asks for them."""
    in_groups = getattr(request.module, "IN_CONTROL_GROUPS", False)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**CLUSTER, **LIGHT}.items():
            patch.setenv(f"DEADSTOP_{name}", value)
        if in_groups:
            patch.setenv("DEADSTOP_CONTAINMENT__GROUP", str(request.getfixturevalue("cgroups")))
        patch.setenv("DEADSTOP_CONTAINMENT__FORM", "cgroup" if in_groups else "sweep")
        yield Proof.CGROUP if in_groups else Proof.NODE_REAPED
