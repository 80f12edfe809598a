"""Takes commands from clients and answers them."""

import hmac
import logging
import time
from collections import Counter
from collections.abc import Callable

import msgspec

from bus.contract.settings import HISTORY_AGENT, Settings, agents_for_people
from bus.contract.vocabulary import ENDED, SUPERVISOR, Reason, Refusal, Role
from bus.transport.codec import BUS_VERSION, CodecError, Decoder, encode, same_protocol
from bus.transport.sockets import Channel, Unroutable
from bus.wire.commands import (
    UNAVAILABLE,
    AnyCommand,
    AnyReply,
    Changed,
    Drain,
    HideConversation,
    Jobs,
    JobSummary,
    ListConversations,
    ListJobs,
    ReadCatalog,
    ReadStats,
    Refused,
    RenameConversation,
    RollUp,
    Show,
    ShowConversation,
    Shown,
    Stats,
    Stop,
    StopTaken,
    Submit,
    Submitted,
)
from supervisor.api.conversation_handlers import ConversationHandlers
from supervisor.control.controller import JobController
from supervisor.jobs.lookup import Lookup, may_see, own
from supervisor.lifecycle.job import AlreadyEnded
from supervisor.lifecycle.kill_ladder import StopRequest
from supervisor.maintenance.retention import History
from supervisor.scheduling.admission import Admission
from supervisor.storage.journal import Journal
from supervisor.storage.store import Store

log = logging.getLogger(__name__)

_decode_command: Decoder[AnyCommand] = Decoder(AnyCommand)

_FOR_OPERATORS = Refused(
    Refusal.UNAUTHORIZED, "the history of all jobs is for operators", "sign in with an operator's token"
)


class CommandHandlers:
    """Answers each command of clients that know the key of the bus."""

    def __init__(
        self,
        settings: Settings,
        key: bytes,
        store: Store,
        journal: Journal,
        controller: JobController,
        admission: Admission,
        history: History,
        gauges: Callable[[], dict[str, float]],
    ) -> None:
        self._settings = settings
        self._key = key
        self._store = store
        self._journal = journal
        self._controller = controller
        self._admission = admission
        self._history = history
        self._gauges = gauges
        self._lookup = Lookup(store, controller.entries)
        self._conversations = ConversationHandlers(store, self._lookup)
        self.line: Channel

    def on_command(self, frames: list[bytes]) -> None:
        """[client, request id, protocol version, key, until, command]. What has been changed is said once it is on
        disk."""
        if len(frames) != 6:
            return
        client, request_id, version, key, until, payload = frames
        reply = self._refuse_stranger(version, key) or _refuse_late(until) or self._handle(payload)
        if isinstance(reply, Submitted | Changed):
            self._journal.after_commit(lambda: self._reply(client, request_id, reply), durable=True)
        else:
            self._reply(client, request_id, reply)

    def _reply(self, client: bytes, request_id: bytes, reply: AnyReply) -> None:
        try:
            self.line.send([client, request_id, encode(reply)])
        except Unroutable:
            log.debug("a client left before its reply", extra={"action": "reply"})

    def _refuse_stranger(self, version: bytes, key: bytes) -> Refused | None:
        if not hmac.compare_digest(key, self._key):
            return Refused("unauthorized", "the key of the bus is wrong", "are you the user who serves?")
        if not same_protocol(version.decode(errors="replace")):
            text = f"the supervisor speaks protocol {BUS_VERSION}, the client {version.decode(errors='replace')}"
            return Refused("protocol", text, "upgrade the older one")
        return None

    def _handle(self, payload: bytes) -> AnyReply:
        try:
            command = _decode_command(payload)
        except CodecError as error:
            return Refused("bad_request", f"the command cannot be read: {error}")
        try:
            return self._answer(command)
        except Exception as error:  # a fault of ours: whoever asked must not wait for an answer that never comes
            name = type(command).__name__
            log.exception("%s failed", name, extra={"action": "command"})
            return Refused("internal", f"the supervisor could not handle {name}: {error!r}", "its log says why")

    def _answer(self, command: AnyCommand) -> AnyReply:
        match command:
            case Submit():
                return self._submit(command)
            case Stop():
                return self._stop(command)
            case ListJobs():
                return self._list(command)
            case Show():
                return self._show(command)
            case ReadStats():
                return self._stats()
            case ReadCatalog():
                return self._controller.catalog.answer(time.monotonic())
            case RollUp():
                return self._roll_up(command)
            case ListConversations() | ShowConversation() | RenameConversation() | HideConversation():
                return self._conversations.answer(command)
            case Drain():
                return self._drain(command)

    # ---- one method a command

    def _submit(self, submit: Submit) -> AnyReply:
        submit = _with_agent(submit, self._settings.agent.default)
        known = self._lookup.session(submit.caller.user, submit.session_id)
        if known is not None:
            return _attach(submit, *known)
        refused = self._unfit(submit) or self._busy(submit)
        if refused is not None:
            return refused
        user = submit.caller.user
        no_room = self._admission.refuse(user, submit.agent) or self._controller.limits.refuse_spending(user)
        if no_room is not None:
            return Refused(no_room.code, no_room.error, no_room.hint)
        after = self._history.up_to_date() if submit.agent == HISTORY_AGENT else None
        entry = self._controller.submit(submit, after)
        return Submitted(entry.summary(), entry.position)

    def _unfit(self, submit: Submit) -> Refused | None:
        limit = self._settings.limits.max_query_chars
        if not submit.question.strip():
            return Refused(Refusal.BAD_REQUEST, "the question is empty", "ask something")
        if len(submit.question) > limit:
            text = f"the question has {len(submit.question):,} characters; the limit is {limit:,}"
            return Refused(Refusal.BAD_REQUEST, text, "shorten it")
        if submit.agent not in agents_for_people(self._settings):
            agents = agents_for_people(self._settings, submit.caller.role)
            text = f"there is no agent `{submit.agent}`"
            return Refused(Refusal.BAD_REQUEST, text, f"agents here: {', '.join(agents)}")
        if submit.agent == HISTORY_AGENT and submit.caller.role is not Role.OPERATOR:
            return _FOR_OPERATORS
        return None

    def _busy(self, submit: Submit) -> Refused | None:
        if not submit.conversation_id:
            return None
        entry = self._lookup.busy(submit.caller.user, submit.conversation_id)
        if entry is None:
            return None
        return Refused(
            Refusal.CONVERSATION_BUSY,
            f"conversation `{submit.conversation_id}` is busy with session `{entry.submit.session_id}` "
            f"(job {entry.job_id})",
            "wait for its answer, or stop it",
        )

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

    def _list(self, command: ListJobs) -> AnyReply:
        live = [entry.summary() for entry in reversed(self._controller.entries.values())]
        known = {summary.job_id for summary in live}
        live, after = _rest(live, command)
        user = own(command.caller) or command.user or None
        found = self._store.queries.ended(command.limit, user, command.state, after) if _wants_ended(command) else []
        jobs = live + [record.summary for record in found if record.summary.job_id not in known]
        return Jobs([summary for summary in jobs if _listed(summary, command)][: command.limit])

    def _show(self, show: Show) -> AnyReply:
        found = self._lookup.find(show.caller, show.job_id, show.session_id)
        return found if isinstance(found, Refused) else Shown(found)

    def _roll_up(self, command: RollUp) -> AnyReply:
        if command.caller.role is not Role.OPERATOR:
            return _FOR_OPERATORS
        no_room = self._admission.refuse(SUPERVISOR)
        if no_room is not None:
            return Refused(no_room.code, no_room.error, no_room.hint)
        entry, new = self._history.roll_up()
        return Submitted(entry.summary(), entry.position, attached_to_existing=not new)

    def _drain(self, command: Drain) -> AnyReply:
        if command.caller.role is not Role.OPERATOR:
            return Refused(Refusal.UNAUTHORIZED, "only operators drain a server", "sign in with an operator's token")
        if not self._admission.draining:
            log.info("draining: no more questions are accepted", extra={"action": "drain"})
        self._admission.drain()
        return self._stats()

    def _stats(self) -> Stats:
        counters = self._controller.counters
        states: Counter[str] = Counter()
        for (state, _), count in counters.ended.items():
            states[state] += count
        for entry in self._controller.entries.values():
            states[entry.job.state] += 1
        return Stats(
            states, self._gauges(), counters.ended_counts(), stops=counters.stops, first_chunk=counters.first_chunk
        )


def _refuse_late(until: bytes) -> Refused | None:
    """`until` is the monotonic second at which the client stops waiting; by then it has said that nobody answers."""
    try:
        late_s = time.monotonic() - float(until)
    except ValueError:
        return Refused("bad_request", f"{until[:32]!r} is no number of seconds", "send until when the client waits")
    if late_s <= 0:
        return None
    log.info("a command came %.1f s after its client had given up; refused", late_s, extra={"action": "late"})
    return Refused(UNAVAILABLE, f"the command came {late_s:.1f} s too late; it was not carried out", "send it again")


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


def _wants_ended(command: ListJobs) -> bool:
    return command.ended or (command.state is not None and command.state in ENDED)


def _rest(live: list[JobSummary], command: ListJobs) -> tuple[list[JobSummary], str]:
    """The jobs that live and come after the one that the command names, and the ended one that it names, if so."""
    for place, summary in enumerate(live):
        if summary.job_id == command.after and may_see(command.caller, summary):
            return live[place + 1 :], ""
    return ([], command.after) if command.after else (live, "")


def _listed(summary: JobSummary, command: ListJobs) -> bool:
    if not may_see(command.caller, summary) or (command.user and summary.user != command.user):
        return False
    return command.state is None or summary.state == command.state
