"""What went wrong outside the engine, out of the engine's words for it. Pure."""

import re

_RAISED = re.compile(r"^(?:[\w.]+\.)?RemoteError: (.+)$", re.MULTILINE)


def remote_failure(text: str) -> str:
    """What the broker has said of the store, if the engine failed for that: it shows the whole traceback. "" else."""
    found = _RAISED.search(text)
    return found[1] if found else ""
