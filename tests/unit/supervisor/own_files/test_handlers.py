"""Where files of users' own could be read by everybody, none are taken."""

from pathlib import Path

import pytest

from bus.contract.settings import DataSettings, Settings, SupervisorSettings
from supervisor.own_files.handlers import lies_within_data


@pytest.mark.parametrize(
    ("data", "state", "within"),
    [
        ("data", "data/.deadstop", True),
        ("data", "data", True),
        ("data", "link/state", True),
        ("data", "database", False),
        ("data/a", "data", False),
        ("", "data/state", False),
        ("s3://bucket/data", "data/state", False),
    ],
)
def test_a_state_folder_within_the_data_is_open_to_every_question(
    tmp_path: Path, data: str, state: str, within: bool
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    folder = data if "://" in data or not data else str(tmp_path / data)
    settings = Settings(data=DataSettings(folder), supervisor=SupervisorSettings(str(tmp_path / state)))
    assert lies_within_data(settings) is within
