"""Whether a question may become a job: checks its names and texts. The questions of all clients pass here."""

import re

from bus.contract.agents import HISTORY_AGENT, agents_for_people
from bus.contract.models import models_of
from bus.contract.settings import Settings
from bus.contract.vocabulary import SUPERVISOR, Refusal, Role
from bus.wire.commands import Submit
from bus.wire.replies import Refused

FOR_OPERATORS = Refused(
    Refusal.UNAUTHORIZED, "the history of all jobs is for operators", "sign in with an operator's token"
)
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NAME_RULE = "1 to 64 of A-Z a-z 0-9 _ -"
_SHOWN_CHARS = 80


def refuse_question(submit: Submit, settings: Settings) -> Refused | None:
    """Why this question cannot be asked of this server by this caller; `None` where it can."""
    return (
        _own_name(submit.caller.user)
        or _wrong_name("session_id", submit.session_id)
        or (_wrong_name("conversation_id", submit.conversation_id) if submit.conversation_id else None)
        or _wrong_text(submit, settings.limits.max_query_chars)
        or _wrong_agent(submit, settings)
        or _wrong_model(submit.options.model, settings)
    )


def _own_name(user: str) -> Refused | None:
    """Its jobs cost nothing, are of no user, and are in no history: no client may say that it is the supervisor."""
    if user != SUPERVISOR:
        return None
    return Refused(Refusal.BAD_REQUEST, f"{user!r} is a name of Deadstop's own", "ask under another")


def _wrong_name(field: str, name: str) -> Refused | None:
    if _NAME.fullmatch(name):
        return None
    return Refused(Refusal.BAD_REQUEST, f"{field} {name[:_SHOWN_CHARS]!r} is not {_NAME_RULE}", "choose another name")


def _wrong_text(submit: Submit, limit: int) -> Refused | None:
    if not submit.question.strip():
        return Refused(Refusal.BAD_REQUEST, "the question is empty", "ask something")
    for what, text in (("question", submit.question), ("clarification", submit.user_clarification or "")):
        if len(text) > limit:
            error = f"the {what} has {len(text):,} characters; the limit is {limit:,}"
            return Refused(Refusal.BAD_REQUEST, error, "shorten it")
    return None


def _wrong_model(model: str, settings: Settings) -> Refused | None:
    known = models_of(settings.llm)
    if not model or model in known:
        return None
    hint = f"models here: {', '.join(known)}; more are named in [llm] models"
    return Refused(Refusal.BAD_REQUEST, f"there is no model `{model[:_SHOWN_CHARS]}`", hint)


def _wrong_agent(submit: Submit, settings: Settings) -> Refused | None:
    if submit.agent not in agents_for_people(settings):
        agents = ", ".join(agents_for_people(settings, submit.caller.role))
        return Refused(Refusal.BAD_REQUEST, f"there is no agent `{submit.agent}`", f"agents here: {agents}")
    if submit.agent == HISTORY_AGENT and submit.caller.role is not Role.OPERATOR:
        return FOR_OPERATORS
    return None
