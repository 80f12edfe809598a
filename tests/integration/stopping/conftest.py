"""Every stop is tried in each form of containment."""

import pytest

from bus.contract.vocabulary import Proof


@pytest.fixture(scope="module", autouse=True)
def containment(each_form: Proof) -> Proof:
    return each_form
