"""What follows from settings."""

import pytest

from bus.contract.settings import ClusterSettings, DataSettings, Settings, on_nodes


@pytest.mark.parametrize(
    ("provider", "folder", "expected"),
    [("", "", False), ("local", "", True), ("local", "/data", True), ("local", "s3://bucket/data", False)],
)
def test_questions_run_on_nodes_where_their_data_are_files(provider: str, folder: str, expected: bool) -> None:
    assert on_nodes(Settings(cluster=ClusterSettings(provider=provider), data=DataSettings(folder=folder))) is expected


@pytest.mark.parametrize("everywhere", ["tcp://0.0.0.0:7100", "tcp://[::]:7100", "tcp://*:7100"])
def test_nodes_are_told_an_address_to_which_they_can_connect(everywhere: str) -> None:
    with pytest.raises(ValueError, match="in listen, or one in advertise"):
        ClusterSettings(listen=everywhere)
    assert ClusterSettings(listen=everywhere, advertise="tcp://head.example:7100").listen == everywhere
