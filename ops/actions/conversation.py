"""Goes on with a conversation from the command line, also by answering what the agent has asked back."""

import secrets
from contextlib import aclosing

from bus.wire.outside import ENDINGS
from ops.client.access import AskRequest, JobsAccess, PastQuestion
from ops.errors import OpsError


def new_conversation_id() -> str:
    """A name that no other conversation has."""
    return f"cli-{secrets.token_hex(8)}"


async def in_conversation(
    jobs: JobsAccess, query: AskRequest, conversation_id: str | None, *, latest: bool
) -> AskRequest:
    """The query as the next one of a conversation: of the one named, of the `latest` of one's own, or of a new one.

    Where the last question there was asked back, the text of the query is the answer. Raises `OpsError`.
    """
    if latest:
        conversation_id = await jobs.latest_conversation()
        if conversation_id is None:
            raise OpsError("there is no conversation of yours to continue here; ask without --continue")
    if conversation_id is None:
        return AskRequest(query.question, query.agent, query.options, new_conversation_id())
    last = await jobs.last_question(conversation_id)
    if last is None or not await _was_asked_back(jobs, last):
        agent = query.agent or (last.agent if last is not None else "")
        return AskRequest(query.question, agent, query.options, conversation_id)
    return AskRequest(last.question, query.agent or last.agent, query.options, conversation_id, query.question)


async def _was_asked_back(jobs: JobsAccess, last: PastQuestion) -> bool:
    items = jobs.follow(last.job, max(0, last.job.seq - 1))
    async with aclosing(items):  # type: ignore[type-var]
        async for item in items:
            if item["event"] in ENDINGS:
                return item["event"] == "agent_complete" and bool(item["data"]["result"].get("clarification"))
    return False
