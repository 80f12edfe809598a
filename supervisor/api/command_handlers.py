"""What each command of a client does."""

import logging
import time

from bus.contract.vocabulary import ENDED, Reason, Refusal, Role
from bus.wire.commands import (
    AddFile,
    AnyCommand,
    ArrangeBoard,
    CreateShare,
    Drain,
    DrainNode,
    EndShare,
    FillSaved,
    ForgetSaved,
    HideConversation,
    ListConversations,
    ListFiles,
    ListJobs,
    ListSaved,
    ListShares,
    RateJob,
    ReadCatalog,
    ReadStats,
    RemoveFile,
    RenameConversation,
    RollUp,
    SaveQuestion,
    Show,
    ShowConversation,
    ShowShare,
    Stop,
    Submit,
)
from bus.wire.replies import AnyReply, Refused, StopTaken
from supervisor.api.conversation_handlers import ConversationHandlers
from supervisor.api.queries import QueryHandler
from supervisor.api.rating import RatingHandler
from supervisor.api.saved_handlers import SavedHandlers
from supervisor.api.share_handlers import ShareHandlers
from supervisor.api.submit import SubmitHandler
from supervisor.control.controller import JobController
from supervisor.control.parts import Parts
from supervisor.jobs.lookup import Lookup
from supervisor.lifecycle.job import AlreadyEnded
from supervisor.lifecycle.kill_ladder import StopRequest
from supervisor.maintenance.metrics import Metrics
from supervisor.maintenance.retention import Retention
from supervisor.own_files.handlers import OwnFileHandlers

log = logging.getLogger(__name__)


class CommandHandlers:
    """Hands each command to the handler of its kind; stops and drains are carried out here."""

    def __init__(self, parts: Parts, controller: JobController, retention: Retention, metrics: Metrics) -> None:
        self._admission, self._pool = parts.admission, parts.pool
        self._controller = controller
        self._catalogs = controller.own_catalogs
        self._files = OwnFileHandlers(parts.settings, parts.own_folders, self._catalogs, parts.conditions)
        self._lookup = Lookup(parts.store.queries, parts.jobs)
        self._saved = SavedHandlers(parts.store.saved, parts.settings)
        self._questions = SubmitHandler(parts, self._lookup, controller, retention, self._saved.refuse_run)
        self._queries = QueryHandler(parts, self._lookup, metrics)
        self._ratings = RatingHandler(parts, self._lookup, retention)
        conversations, shares = parts.store.conversations, parts.store.shares
        self._conversations = ConversationHandlers(conversations, shares, parts.jobs)
        self._shares = ShareHandlers(shares, conversations, self._lookup)

    def answer(self, command: AnyCommand) -> AnyReply:
        """Carry the command out; a fault raises."""
        match command:
            case Submit():
                return self._questions.submit(command)
            case Stop():
                return self._stop(command)
            case RateJob():
                return self._ratings.rate(command)
            case ListJobs():
                return self._queries.list(command)
            case Show():
                return self._queries.show(command)
            case ReadStats():
                return self._queries.stats()
            case ReadCatalog():
                return self._catalogs.answer(command.caller.user, time.monotonic())
            case ListFiles() | AddFile() | RemoveFile():
                return self._files.answer(command)
            case RollUp():
                return self._questions.roll_up(command)
            case ListConversations() | ShowConversation() | RenameConversation() | HideConversation():
                return self._conversations.answer(command)
            case CreateShare() | ListShares() | ShowShare() | EndShare():
                return self._shares.answer(command)
            case ListSaved() | SaveQuestion() | FillSaved() | ArrangeBoard() | ForgetSaved():
                return self._saved.answer(command)
            case Drain():
                return self._drain(command)
            case DrainNode():
                return self._drain_node(command)

    def _stop(self, stop: Stop) -> AnyReply:
        found = self._lookup.find(stop.caller, stop.job_id, stop.session_id)
        if isinstance(found, Refused):
            return found
        job = found.summary
        reason = Reason.USER if job.user == stop.caller.user else Reason.OPERATOR
        try:
            self._controller.stop(job.job_id, StopRequest(stop.caller.user, reason, stop.rung, stop.note))
        except AlreadyEnded:
            how = f"has already ended ({job.state})" if job.state in ENDED else "has its answer already"
            return Refused("already_ended", f"job {job.job_id} {how}", "there is nothing to stop")
        return StopTaken(job)

    def _drain(self, command: Drain) -> AnyReply:
        if command.caller.role is not Role.OPERATOR:
            return Refused(Refusal.UNAUTHORIZED, "only operators drain a server", "sign in with an operator's token")
        if not self._admission.draining:
            log.info("draining: no more questions are accepted", extra={"action": "drain"})
        self._admission.drain()
        return self._queries.stats()

    def _drain_node(self, command: DrainNode) -> AnyReply:
        if command.caller.role is not Role.OPERATOR:
            return Refused(Refusal.UNAUTHORIZED, "only operators drain a node", "sign in with an operator's token")
        if not self._pool.drain_node(command.name, undo=command.undo):
            hint = "`deadstop nodes` lists them"
            return Refused("not_found", f"there is no node {command.name[:64]!r}", hint)
        return self._queries.stats()
