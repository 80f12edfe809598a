"""What `doctor` advises on each thing that the catalog says of the data."""

import pytest

from ops.checks.worker import remark


@pytest.mark.parametrize(
    ("said", "advised"),
    [
        ("Table 'Odd Types' is called Odd_Types, so that it can stand in SQL without quotes.", "rename the file"),
        ("Table broken is left out: Invalid Input Error: No magic bytes found", "repair or remove the file"),
        ("The column nowhere.id of a key is not there.", "correct deadstop.toml"),
    ],
)
def test_each_remark_on_the_data_has_advice_of_its_own(said: str, advised: str) -> None:
    finding = remark(said)
    assert finding.found == said
    assert advised in finding.todo
