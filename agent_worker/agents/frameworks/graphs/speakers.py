"""Orders what several nodes of a graph say at once into one text. Pure."""


class Speakers:
    """Lets one speak at a time, so that the words of nodes that run side by side do not mix: the first one that begins,
    and after its end the next. What is given back is to be said now. Between two messages stands an empty line."""

    def __init__(self) -> None:
        self._speaks: str | None = None
        self._message = ""
        self._waiting: dict[str, list[tuple[str, str]]] = {}
        self._gone: set[str] = set()

    def say(self, speaker: str, message: str, text: str) -> str:
        """A piece of a message, which has an id."""
        if self._speaks not in (None, speaker):
            self._waiting.setdefault(speaker, []).append((message, text))
            return ""
        self._speaks = speaker
        return self._piece(message, text)

    def leave(self, speaker: str) -> str:
        """Take note that the speaker has ended; returns the text that was held back for those after it."""
        self._gone.add(speaker)
        said = ""
        while self._speaks in self._gone:
            self._speaks = next(iter(self._waiting), None)
            said += self._held(self._speaks)
        return said

    def end(self) -> str:
        """All text that is still held back."""
        return "".join(self._held(speaker) for speaker in list(self._waiting))

    def _held(self, speaker: str | None) -> str:
        held = self._waiting.pop(speaker, []) if speaker is not None else []
        return "".join(self._piece(message, text) for message, text in held)

    def _piece(self, message: str, text: str) -> str:
        before, self._message = self._message, message
        return f"\n\n{text}" if before and before != message else text
