"""When enough of a model's plan has come: its stream is closed then. Pure."""

from agent_worker.llm.prompts.first_object import FirstObject

MOST_BEFORE = 500
"""Characters that a model may say before its plan begins; then none is waited for."""


class PlanEnd:
    """Tells, from the text of a plan as it comes, when no more of it is needed: its object is whole, none has begun
    after `most_before` characters, or it has more than `limit_chars`."""

    def __init__(self, limit_chars: int, most_before: int = MOST_BEFORE) -> None:
        self._limit_chars = limit_chars
        self._most_before = most_before
        self._found = FirstObject()

    @property
    def too_long(self) -> bool:
        return self._found.value is None and self._found.said > self._limit_chars

    def __call__(self, piece: str) -> bool:
        """Take the next piece; is it enough?"""
        found = self._found
        found.add(piece)
        hopeless = not found.begun and found.said > self._most_before
        return found.value is not None or hopeless or self.too_long
