"""What follows from settings."""

import pytest

from bus.contract.settings import ClusterSettings, DataSettings, Settings, on_nodes


@pytest.mark.parametrize(
    ("engine", "folder", "expected"),
    [("", "", False), ("local", "", True), ("local", "/data", True), ("local", "s3://bucket/data", False)],
)
def test_questions_run_on_nodes_where_their_data_are_files(engine: str, folder: str, expected: bool) -> None:
    assert on_nodes(Settings(cluster=ClusterSettings(engine=engine), data=DataSettings(folder=folder))) is expected
