"""The model of a test: what it plans, what it says, and when."""

import asyncio
import json
from typing import Literal

from tests.fakes.messages_server import MessagesServer
from tests.fakes.replies import Recorded, Reply, Say, Script
from tests.fakes.scripts import COUNT_PER_CARRIER, flights, in_pieces, is_planning, plan_json


class Turnstile(asyncio.Event):
    """Holds a reply's tokens back and lets them through one by one, as they are let in."""

    def __init__(self) -> None:
        super().__init__()
        self._permits = asyncio.Semaphore(0)

    async def wait(self) -> Literal[True]:
        return await self._permits.acquire()

    def let(self, tokens: int) -> None:
        for _ in range(tokens):
            self._permits.release()


class Model:
    """Directs the local server that stands in for the model. Plans count flights by carrier unless told otherwise."""

    def __init__(self, server: MessagesServer) -> None:
        self._server = server
        server.requests.clear()
        server.script = flights()

    def plans(self, reply: str, hold: asyncio.Event | None = None) -> None:
        """Every plan is this text; nothing of it comes before `hold` is set."""
        self._script(in_pieces(reply, hold=hold), Say(("Done.",)))

    def answers(self, *tokens: str, hold: asyncio.Event | None = None, hold_at: int = 0) -> None:
        """Every answer is these tokens; those from number `hold_at` on wait for `hold`."""
        self._script(in_pieces(plan_json(COUNT_PER_CARRIER)), Say(tokens, hold=hold, hold_at=hold_at))

    def says(self, script: Script) -> None:
        """The model replies as the script says."""
        self._server.script = script

    async def answering(self) -> Recorded:
        """The request for the words of the first answer, once it has come."""
        number = 1
        while is_planning(recorded := await self._server.request(number)):
            number += 1
        return recorded

    def _script(self, plan: Reply, answer: Reply) -> None:
        self._server.script = lambda recorded: plan if is_planning(recorded) else answer


def asks_back(question: str, *suggestions: str) -> str:
    """A plan that is a question."""
    return plan_json("", kind="clarification", question=question, suggestions=list(suggestions))


def says_directly(text: str) -> str:
    """A plan that needs no data."""
    return json.dumps({**json.loads(plan_json("")), "kind": "answer", "text": text})
