"""Thoughts that stand in a model's text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_worker.llm.meter import Meter
from agent_worker.llm.transport.chat_events import ChatEvents
from agent_worker.llm.transport.reply import StreamedReply
from agent_worker.llm.transport.thoughts import Thoughts


def split(text: str, size: int) -> tuple[str, str]:
    thoughts = Thoughts()
    found = [thoughts.split(text[at : at + size]) for at in range(0, len(text), size)]
    told = [*found, thoughts.end()]
    return "".join(thought for thought, _ in told), "".join(words for _, words in told)


@pytest.mark.parametrize("size", [1, 2, 7, 1_000])
@pytest.mark.parametrize(
    ("text", "thought", "words"),
    [
        ("Hello.", "", "Hello."),
        ("\n <think>hm {a}</think>\n\nHello <think>.", "hm {a}", "Hello <think>."),
        ("<think>\n</think>Hello.", "\n", "Hello."),
        ("<think>hm </thin", "hm </thin", ""),
        ("<thin air", "", "<thin air"),
        ("<thi", "", "<thi"),
        ("  ", "", "  "),
    ],
)
def test_thoughts_are_told_from_words(text: str, thought: str, words: str, size: int) -> None:
    assert split(text, size) == (thought, words)


@given(st.text("<think>/ a"), st.integers(1, 4))
def test_the_pieces_do_not_matter(text: str, size: int) -> None:
    assert split(text, size) == split(text, len(text) or 1)


def test_a_reply_holds_them_apart() -> None:
    events, reply = ChatEvents(), StreamedReply(Meter().begin(100))
    said = ""
    for piece in ("<think>hm", " hm</thi", "nk>\n\nFour", "teen <"):
        for event in events.of({"choices": [{"delta": {"content": piece}}]}):
            said += reply.take(event)
    for event in events.end():
        said += reply.take(event)
    assert (said, reply.text, reply.thinking) == ("Fourteen <", "Fourteen <", "hm hm")
