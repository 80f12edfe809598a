"""How the tests are spread over processes."""

from xdist.scheduler import LoadFileScheduling

TOGETHER = ("tests/browser",)
"""Folders whose files share something costly."""


class Spread(LoadFileScheduling):
    """A file's tests go to one process, and so does a whole folder of those that share something costly."""

    def _split_scope(self, nodeid: str) -> str:
        folder, _, _ = nodeid.rpartition("/")
        return folder if folder in TOGETHER else super()._split_scope(nodeid)
