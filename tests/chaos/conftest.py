"""How long the random runs are."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--chaos-stops", type=int, default=20, help="stops in each random run")
    parser.addoption("--chaos-seeds", type=int, default=1, help="how many random runs, from seed 1")
