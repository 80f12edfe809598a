"""What a person is asked before a tool runs that wants an approval, and what their answer means."""

import json
from collections.abc import Sequence
from typing import Any

YES = "yes"
_MEANS_YES = frozenset({"yes", "y", "ok", "okay", "approve", "approved", "allow", "go", "do it", "sure"})


def approval_question(calls: Sequence[tuple[str, Any]]) -> tuple[str, str, str]:
    """The question and two suggestions."""
    named = " and ".join(f"{name}({json.dumps(arguments, default=str)})" for name, arguments in calls)
    return f"The agent wants to run {named}. May it?", YES, "no"


def means_yes(answer: str) -> bool:
    """Only a plain yes is one: whatever else is said, nothing is approved."""
    return answer.strip().rstrip(".!").lower() in _MEANS_YES
