"""Nodes need namespaces of processes."""

import pytest

from tests.harness.jobs.nodes import require_namespaces


@pytest.fixture(scope="session", autouse=True)
def _namespaces() -> None:
    require_namespaces()
