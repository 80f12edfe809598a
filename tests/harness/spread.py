"""How the tests are spread over processes."""

from xdist.scheduler import LoadFileScheduling

TOGETHER = ("tests/browser",)
"""Folders whose files, and those of the folders in them, share something costly."""


class Spread(LoadFileScheduling):
    """A file's tests go to one process, and so does a whole folder of those that share something costly."""

    def _split_scope(self, nodeid: str) -> str:
        for folder in TOGETHER:
            if nodeid.startswith(f"{folder}/"):
                return folder
        return super()._split_scope(nodeid)
