"""The offline planner: a question and a catalog in, one plan out. Pure: no I/O, no clock, no engine."""

from collections.abc import Sequence
from datetime import date

import msgspec

from agent_worker.offline.conversation.memory import Conversation
from agent_worker.plan import Plan, SqlPlan, Turn
from bus.contract.catalog import Catalog

_INCOMPLETE = "there was no time to look for all join keys, so the tables may belong together in another way too."


def plan(question: str, catalog: Catalog, history: Sequence[Turn] = (), today: date | None = None) -> Plan:
    """What to do about a question: a statement, an answer at once, or a question back. Never raises on any text.

    A word without a place is never dropped: it makes a `Clarification`, whose suggestions are questions that work.
    `history` are the earlier questions of the conversation, oldest first: a fragment ("and by month?") goes on from the
    last one that was understood, what was taught is kept, and the answer to a question asked back is put where it
    belongs. `today` is what "last month" is meant from; without it such words are asked back.
    """
    conversation = Conversation(catalog, today)
    for turn in history:
        conversation.hear(turn.question)
    found = conversation.plan(question)
    if isinstance(found, SqlPlan) and " JOIN " in found.sql and catalog.unfinished:
        return msgspec.structs.replace(found, reading=f"{found.reading.rstrip('.')}; {_INCOMPLETE}")
    return found
