"""Texts of others at a length that can be shown."""


def shortened(text: str, max_chars: int) -> str:
    """The text, of at most so many characters; an ellipsis says that it goes on."""
    return text if len(text) <= max_chars else f"{text[: max_chars - 1]}…"
