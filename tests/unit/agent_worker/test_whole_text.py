"""Texts that are cut within a character."""

from hypothesis import given
from hypothesis import strategies as st

from agent_worker.whole_text import TextPieces, whole


def test_halves_are_joined_and_a_lone_one_is_marked() -> None:
    assert whole("a\ud83d\ude00b") == "a😀b"
    assert whole("\ude00\ud83d") == "��"


@given(st.text(st.characters(codec="utf-8")), st.integers(1, 5))
def test_a_text_in_pieces_of_halves_is_the_text(text: str, size: int) -> None:
    halves = text.encode("utf-16-le")
    units = [halves[at : at + 2].decode("utf-16-le", "surrogatepass") for at in range(0, len(halves), 2)]
    pieces = TextPieces()
    said = [pieces.add("".join(units[at : at + size])) for at in range(0, len(units), size)]
    assert "".join(said) + pieces.end() == text
    for piece in said:
        piece.encode()


@given(st.lists(st.text()))
def test_whatever_is_said_can_be_sent(texts: list[str]) -> None:
    pieces = TextPieces()
    "".join([*(pieces.add(text) for text in texts), pieces.end()]).encode()


def test_what_is_whole_already_is_the_same_text() -> None:
    pieces = TextPieces()
    for text in ("plain", "größer 😀", ""):
        assert pieces.add(text) is text
    assert [pieces.add("a\ud83d"), pieces.add("b")] == ["a", "�b"]
