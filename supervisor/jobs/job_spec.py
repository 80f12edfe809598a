"""Makes the job as it is sent to its worker."""

from bus.contract.agents import HISTORY_AGENT
from bus.contract.settings import Settings
from bus.wire.worker import JobSpec
from supervisor.jobs.job_entry import JobEntry
from supervisor.storage.queries import Queries


def job_spec(
    entry: JobEntry, settings: Settings, queries: Queries, encoded_catalog: bytes, *, may_trim: bool
) -> JobSpec:
    """The question, the earlier turns of its conversation, and the limits of the answer."""
    submit, limit = entry.submit, settings.limits.max_rows
    conversation = queries.turns(submit, settings.agent.history_turns) if submit.conversation_id else []
    kept = queries.kept(submit) if submit.conversation_id else None
    return JobSpec(
        job_id=entry.job_id,
        user=entry.user,
        question=submit.question,
        user_clarification=submit.user_clarification,
        conversation=conversation,
        options=submit.options,
        max_rows=min(submit.options.max_rows or limit, limit),
        max_cost_usd=entry.reservation.usd,
        may_trim=may_trim,
        encoded_catalog=b"" if submit.agent == HISTORY_AGENT else encoded_catalog,
        kept=kept,
    )
