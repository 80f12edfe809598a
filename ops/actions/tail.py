"""A job's stream as lines."""

from collections.abc import Callable

from rich.text import Text

from bus.wire.outside import ENDINGS
from ops.client.access import WireObject, job_of
from ops.client.connect import connect
from ops.format import one_line
from ops.render.console import say_log_only
from ops.render.sentences import chunk_sentence, ended_sentence
from ops.target import Target

NUMBER_CHARS = 6
NAME_CHARS = 15
MIN_WORDS_CHARS = 20


async def tail(target: Target, job_id: str, after: int, show: Callable[[WireObject], None]) -> None:
    """`show` each object of the job's stream that comes after event `after`, until the stream ends."""
    async with connect(target, say_log_only) as jobs:
        job = job_of(await jobs.show(job_id))
        async for item in jobs.follow(job, after):
            show(item)


def event_line(item: WireObject, width: int) -> Text:
    """One object of a stream on one line of about `width` characters: number, name, words."""
    name, words = _name_and_words(item)
    room = max(MIN_WORDS_CHARS, width - NUMBER_CHARS - NAME_CHARS - 2)
    line = Text(f"{item['data']['seq']:>{NUMBER_CHARS}} ", "dim")
    line.append(f"{name:<{NAME_CHARS}} ", "bold" if item["event"] in ENDINGS else "cyan")
    return line.append(one_line(words, room))


def _name_and_words(item: WireObject) -> tuple[str, str]:
    event, data = item["event"], item["data"]
    if event == "agent_accepted":
        return "accepted", f"job {data['job_id']}"
    if event in ENDINGS:
        return event.removeprefix("agent_"), ended_sentence(event, data)
    chunk = data["chunk"]
    if chunk["type"] == "response_chunk":
        return chunk["field"], chunk_sentence(chunk)
    return chunk["type"], chunk_sentence(chunk)
