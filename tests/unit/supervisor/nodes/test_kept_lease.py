"""What was promised to nodes is kept for the next supervisor."""

from pathlib import Path

from supervisor.nodes.kept_lease import keep_lease, kept_lease


def test_the_last_one_is_kept(tmp_path: Path) -> None:
    assert kept_lease(tmp_path) == 0.0
    for seconds in (60.56, 15.515):
        keep_lease(tmp_path, seconds)
        assert kept_lease(tmp_path) == seconds
    assert [file.name for file in tmp_path.iterdir()] == ["lease"]
