"""Takes a new question, or says why not."""

from collections.abc import Callable

import msgspec

from bus.contract.agents import HISTORY_AGENT
from bus.contract.vocabulary import SUPERVISOR, Refusal, Role
from bus.wire.commands import RollUp, Submit
from bus.wire.job_record import JobSummary
from bus.wire.replies import AnyReply, Refused, Submitted
from supervisor.api.question_rules import FOR_OPERATORS, refuse_question
from supervisor.control.controller import JobController
from supervisor.control.parts import Parts
from supervisor.jobs.lookup import Lookup
from supervisor.maintenance.retention import Retention
from supervisor.places.capacity import why_never


class SubmitHandler:
    """Makes a job of a question that is in order and for which there is room. `refuse_run(submit)` says why a run on a
    board cannot be one, if so."""

    def __init__(
        self,
        parts: Parts,
        lookup: Lookup,
        controller: JobController,
        retention: Retention,
        refuse_run: Callable[[Submit], Refused | None],
    ) -> None:
        self._parts = parts
        self._lookup = lookup
        self._controller = controller
        self._retention = retention
        self._refuse_run = refuse_run

    def submit(self, submit: Submit) -> AnyReply:
        """A new job, or the one that the session has already."""
        submit = _with_agent(submit, self._parts.settings.agent.default)
        user = submit.caller.user
        known = self._lookup.session(user, submit.session_id)
        if known is not None:
            return _attach(submit, *known)
        refused = (
            refuse_question(submit, self._parts.settings)
            or self._no_node(submit)
            or self._no_branch(submit)
            or self._refuse_run(submit)
            or self._busy(submit)
            or self._parts.conditions.refuse(user, submit.agent)
            or self._parts.daily_budget.refuse(user)
        )
        if refused is not None:
            return refused
        after = self._retention.up_to_date() if submit.agent == HISTORY_AGENT else None
        entry = self._controller.submit(submit, after)
        return Submitted(entry.summary(), entry.position)

    def roll_up(self, command: RollUp) -> AnyReply:
        """The job that takes ended jobs into the history."""
        if command.caller.role is not Role.OPERATOR:
            return FOR_OPERATORS
        refused = self._parts.conditions.refuse(SUPERVISOR)
        if refused is not None:
            return refused
        entry, new = self._retention.roll_up()
        return Submitted(entry.summary(), entry.position, attached_to_existing=not new)

    def _no_node(self, submit: Submit) -> Refused | None:
        """Why no machine could ever run it."""
        words = why_never(self._parts.settings, submit.agent)
        if not words:
            return None
        hint = "[cluster] machines says what each offers, [cluster] memory_bytes how much questions may have on one"
        return Refused(Refusal.BAD_REQUEST, f"no node can run agent `{submit.agent}`: {words}", hint)

    def _no_branch(self, submit: Submit) -> Refused | None:
        """Why the question cannot follow the one that it names: that must stand in the same conversation."""
        if not submit.follows:
            return None
        known = self._lookup.session(submit.caller.user, submit.follows)
        if known is not None and submit.conversation_id and known[1].conversation_id == submit.conversation_id:
            return None
        error = f"session `{submit.follows[:64]}` is no question of conversation `{submit.conversation_id}`"
        return Refused(Refusal.BAD_REQUEST, error, "`follows` names an earlier one of it; empty begins it anew")

    def _busy(self, submit: Submit) -> Refused | None:
        if not submit.conversation_id:
            return None
        entry = self._parts.jobs.running_in(submit.caller.user, submit.conversation_id)
        if entry is None:
            return None
        return Refused(
            Refusal.CONVERSATION_BUSY,
            f"conversation `{submit.conversation_id}` is busy with session `{entry.submit.session_id}` "
            f"(job {entry.job_id})",
            "wait for its answer, or stop it",
        )


def _attach(submit: Submit, job: JobSummary, earlier: Submit) -> AnyReply:
    """The session has a job already: that one, if it is of the same question."""
    if (earlier.question, earlier.user_clarification) != (submit.question, submit.user_clarification):
        return Refused(
            Refusal.SESSION_CONFLICT,
            f"session `{submit.session_id}` already belongs to another question",
            "choose a new session_id for a new question",
        )
    return Submitted(job, 0, attached_to_existing=True)


def _with_agent(submit: Submit, default: str) -> Submit:
    return submit if submit.agent else msgspec.structs.replace(submit, agent=default)
