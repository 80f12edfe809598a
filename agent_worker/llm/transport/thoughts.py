"""What a model thinks aloud, told from its words. Pure."""

_OPEN, _CLOSE = "<think>", "</think>"


class Thoughts:
    """Some servers send a model's thoughts in its text, between `<think>` and `</think>` at the beginning."""

    def __init__(self) -> None:
        self._held = ""
        self._within = False
        self._over = False
        self._begun = False

    def split(self, piece: str) -> tuple[str, str]:
        """The thoughts and the words in the next piece, as far as they can be told apart already."""
        if self._over:
            return "", self._words(piece)
        text, self._held = self._held + piece, ""
        if self._within:
            return self._thinking(text)
        begin = text.lstrip()
        if begin.startswith(_OPEN):
            self._within = True
            return self._thinking(begin.removeprefix(_OPEN))
        if _OPEN.startswith(begin):
            self._held = text
            return "", ""
        self._over = self._begun = True
        return "", text

    def end(self) -> tuple[str, str]:
        """The rest: what looked like the beginning of a mark, and is none."""
        held, self._held = self._held, ""
        return (held, "") if self._within else ("", held)

    def _thinking(self, text: str) -> tuple[str, str]:
        thought, mark, words = text.partition(_CLOSE)
        if mark:
            self._within, self._over = False, True
            return thought, self._words(words)
        at = next((at for at in range(len(_CLOSE) - 1, 0, -1) if text.endswith(_CLOSE[:at])), 0)
        self._held = text[len(text) - at :]
        return text[: len(text) - at], ""

    def _words(self, text: str) -> str:
        """The text without the empty lines that stand between the thoughts and the words."""
        text = text if self._begun else text.lstrip()
        self._begun = self._begun or bool(text)
        return text
