"""Sign-ins, questions, stops, drains and refusals: logger `gateway.audit`, the facts in `extra`. Never a token."""

import logging

from bus.contract.vocabulary import Rung
from bus.wire.commands import Caller
from bus.wire.replies import Refused
from gateway.auth.identities import Identity

log = logging.getLogger("gateway.audit")


def signed_in(identity: Identity, how: str, address: str) -> None:
    """`how`: token, address (the printed one), form, or websocket."""
    caller = identity.caller
    facts = {"user": caller.user, "role": caller.role, "how": how, "address": address}
    log.info("%s (%s) signed in by %s from %s", *facts.values(), extra={"action": "signed_in", **facts})


def signed_out(identity: Identity, address: str) -> None:
    facts = {"user": identity.caller.user, "address": address}
    log.info("%s signed out from %s", *facts.values(), extra={"action": "signed_out", **facts})


def not_let_in(code: str, how: str, address: str) -> None:
    """A sign-in was refused: its token is not valid, or there were too many attempts."""
    facts = {"address": address, "how": how, "code": code}
    log.warning("%s was not let in by %s: %s", *facts.values(), extra={"action": "refused", **facts})


def submitted(caller: Caller, job_id: str, session_id: str) -> None:
    facts = {"user": caller.user, "job_id": job_id, "session_id": session_id}
    log.info("%s asked job %s (session %s)", *facts.values(), extra={"action": "submitted", **facts})


def stopped(caller: Caller, job_id: str, owner: str, rung: Rung) -> None:
    """A stop was asked for, and taken."""
    facts = {"user": caller.user, "job_id": job_id, "owner": owner, "rung": rung}
    log.info("%s stops job %s of %s from rung %s on", *facts.values(), extra={"action": "stopped", **facts})


def shared(caller: Caller, job_ids: list[str], *, public: bool) -> None:
    """Writes no link: the link is all that is needed to read the share."""
    facts = {"user": caller.user, "jobs": len(job_ids), "public": public}
    log.info("%s shares %d answers (without signing in: %s)", *facts.values(), extra={"action": "shared", **facts})


def unshared(caller: Caller) -> None:
    log.info("%s ends a share", caller.user, extra={"action": "unshared", "user": caller.user})


def drained(caller: Caller) -> None:
    log.info("%s drains the server", caller.user, extra={"action": "drained", "user": caller.user})


def drained_node(caller: Caller, name: str, *, undo: bool) -> None:
    facts = {"user": caller.user, "node": name, "undo": undo}
    text = "%s takes node %s back" if undo else "%s drains node %s"
    log.info(text, caller.user, name, extra={"action": "drained_node", **facts})


def turned_away(caller: Caller | None, address: str, what: str, code: str, claimed: str) -> None:
    """A request from a page, or under a name, that may not use this server, or for what its user may not. `claimed` is
    the page or the name."""
    facts = {"user": caller.user if caller else None, "address": address, "what": what, "code": code}
    facts |= {"claimed": claimed or None}
    who = f"{facts['user'] or 'nobody signed in'} at {address}"
    log.warning("%s was refused %s: %s %s", who, what, code, claimed, extra={"action": "refused", **facts})


def refused(caller: Caller, what: str, refusal: Refused) -> None:
    facts = {"user": caller.user, "what": what, "code": refusal.code}
    log.info("%s was refused to %s: %s", *facts.values(), extra={"action": "refused", **facts})
