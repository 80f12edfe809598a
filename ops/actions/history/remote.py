"""The history of a server that is reached over HTTP: asked through its agent `history`."""

from contextlib import aclosing

from bus.contract.agents import HISTORY_AGENT
from bus.wire.outside import ENDINGS
from ops.client.access import AskRequest
from ops.client.connect import connect
from ops.client.history import Rows
from ops.errors import OpsError
from ops.render.result_text import StreamResult
from ops.render.sentences import ended_sentence
from ops.target import Target


async def ask_history(target: Target, statements: list[str]) -> list[Rows]:
    """The rows of each statement. Raises `OpsError` with the server's words, also where the token's user is no
    operator."""
    async with connect(target) as jobs:
        found = []
        for statement in statements:
            job = await jobs.submit(AskRequest(statement.strip(), HISTORY_AGENT))
            result = StreamResult()
            items = jobs.follow(job, present=True)
            async with aclosing(items):  # type: ignore[type-var]
                async for item in items:
                    result.take(item)
                    if item["event"] in ENDINGS and item["event"] != "agent_complete":
                        raise OpsError(ended_sentence(item["event"], item["data"]))
            found.append(Rows(result.columns, iter([result.rows])))
        return found
