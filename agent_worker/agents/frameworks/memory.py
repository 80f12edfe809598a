"""What a framework keeps of a conversation, in the conversation's store."""

from collections.abc import Sequence

from agent_worker.context import AgentContext, AgentError
from agent_worker.conversation_store import MAX_STORE_BYTES
from bus.wire.worker import ConversationTurn, JobSpec


def untold(job: JobSpec, *, remembers: bool) -> Sequence[ConversationTurn]:
    """The turns before, oldest first, that the framework does not know: all of them, or where it `remembers` its own
    those that other agents have answered since."""
    if not remembers or job.kept is None:
        return job.conversation
    last = _facts(job.kept)
    at = next((at for at in reversed(range(len(job.conversation))) if _facts(job.conversation[at]) == last), -1)
    return job.conversation[at + 1 :]


def keep(context: AgentContext, key: str, value: bytes) -> None:
    """Keep it for the next question. Where it is too large for that, nothing is kept, which begins with the texts of
    its turns then, and people are told; raises AgentError where the job asks back, and would have to go on from it."""
    try:
        context.store[key] = value
    except ValueError as error:
        context.store.pop(key, None)
        words = f"What the agent knows of this conversation has {len(value):,} bytes; {MAX_STORE_BYTES:,} can be kept"
        if context.clarification is not None:
            hint = "begin a new conversation"
            raise AgentError(f"{words}, and it asks back.", code="too_much_to_keep", hint=hint) from error
        context.warn(f"{words}: its next question is told the texts of the turns alone.")


def _facts(turn: ConversationTurn) -> tuple[str, ...]:
    return (turn.question, turn.sql, turn.answer, turn.clarification)
