"""Lines of a program as events."""

from agent_worker.agents.program.lines import LineReader
from bus.contract.events import ResponseChunk, Warn

LINE = b'{"type":"response_chunk","field":"response","chunk":"one"}'


def test_a_mark_of_the_encoding_before_the_first_line_is_no_part_of_it() -> None:
    reader = LineReader()
    assert list(reader.feed(b"\xef\xbb\xbf" + LINE + b"\r\n")) == [ResponseChunk("response", "one")]
    assert [type(event) for event in reader.feed(b"\xef\xbb\xbf" + LINE + b"\n")] == [Warn]


def test_a_line_may_come_in_any_pieces() -> None:
    reader = LineReader()
    said = [event for at in range(len(LINE)) for event in reader.feed(LINE[at : at + 1])]
    assert [*said, *reader.finish()] == [ResponseChunk("response", "one")]
