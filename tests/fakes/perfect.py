"""A model that knows the right statement of every question, and looks at the data first as a real one would.

`python -m tests.fakes.perfect QUESTIONS.jsonl` serves it until it is stopped, and prints its address as a JSON line.
"""

import argparse
import asyncio
import json
import re
import signal
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from ops.evaluation.questions import ReferenceQuestion, read_questions
from tests.fakes.messages_server import MessagesServer
from tests.fakes.replies import Fail, Recorded, Reply, Say, Script, Use, words
from tests.fakes.scripts import is_planning

_QUESTION = re.compile(r"<question>\n(.*?)\n</question>", re.DOTALL)
_TABLE = re.compile(r'\b(?:from|join)\s+("[^"]+"|\w+)', re.IGNORECASE)
SAID = "The result is in the table."


def perfect(questions: Iterable[ReferenceQuestion]) -> Script:
    """Finds, describes, peeks and only then answers with the statement of the question (or asks back). One question
    may stand for several databases: the one is meant whose tables are in the catalog."""
    known: dict[str, list[ReferenceQuestion]] = defaultdict(list)
    for question in questions:
        known[question.question.strip()].append(question)

    def script(recorded: Recorded) -> Reply:
        if not is_planning(recorded):
            return words(SAID)
        told = (recorded.system + json.dumps(recorded.body["messages"])).lower()
        meant = [one for one in known[_asked(recorded)] if all(table.lower() in told for table in tables_of(one.sql))]
        if not meant:
            return Fail(400, "invalid_request_error", f"nobody told me about {_asked(recorded)!r}")
        return _turn(meant[0], sum(message["role"] == "assistant" for message in recorded.body["messages"]))

    return script


def tables_of(sql: str) -> list[str]:
    """The names that stand where tables do, in the order of the statement."""
    return list(dict.fromkeys(found.strip('"') for found in _TABLE.findall(sql)))


def _asked(recorded: Recorded) -> str:
    content = recorded.body["messages"][0]["content"]
    text = content if isinstance(content, str) else "".join(block["text"] for block in content)
    return str(_QUESTION.findall(text)[-1]).strip()


def _turn(question: ReferenceQuestion, turn: int) -> Reply:
    """What it does after so many turns of its own."""
    tables = tables_of(question.sql)
    looks: list[Say] = [Say(("Let me look. ",), (Use("find", {"words": question.question}),), thinking="Which table?")]
    if tables:
        looks += [
            Say(calls=tuple(Use("describe", {"table": table}) for table in tables[:2])),
            Say(calls=(Use("peek", {"sql": f'SELECT * FROM "{tables[0]}" LIMIT 5'}),)),
        ]
    if turn < len(looks):
        return looks[turn]
    if question.asks:
        return Say(calls=(Use("ask_back", {"question": "Which do you mean?", "suggestions": ["this", "that"]}),))
    return Say(calls=(Use("answer", {"sql": question.sql, "reading": "As it was asked.", "title": "Result"}),))


async def _serve(path: Path) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with MessagesServer(perfect(asked.question for asked in read_questions(path))) as server:
        print(json.dumps({"url": server.url}), flush=True)
        await stop.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description="A model that knows the answers.")
    parser.add_argument("questions", type=Path)
    asyncio.run(_serve(parser.parse_args().questions))


if __name__ == "__main__":
    main()
