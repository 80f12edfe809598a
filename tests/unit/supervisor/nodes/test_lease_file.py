"""What was promised to nodes is kept for the next supervisor."""

from pathlib import Path

from supervisor.nodes.lease_file import read_lease, write_lease


def test_the_last_one_is_kept(tmp_path: Path) -> None:
    assert read_lease(tmp_path) == 0.0
    for seconds in (60.56, 15.515):
        write_lease(tmp_path, seconds)
        assert read_lease(tmp_path) == seconds
    assert [file.name for file in tmp_path.iterdir()] == ["lease"]
