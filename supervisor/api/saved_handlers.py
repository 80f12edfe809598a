"""Keeps a user's questions to be asked again, and their board."""

import secrets
import time

import msgspec

from bus.contract.kept.saved import (
    MAX_NAME_CHARS,
    MAX_PINNED,
    MAX_SAVED,
    REFRESH_MINUTES,
    SavedContent,
    SavedQuestion,
)
from bus.contract.settings import Settings
from bus.contract.vocabulary import Refusal
from bus.wire.commands import (
    AnySavedCommand,
    ArrangeBoard,
    Caller,
    FillSaved,
    ForgetSaved,
    ListSaved,
    Options,
    SaveQuestion,
    Submit,
)
from bus.wire.replies import AnyReply, Changed, Filled, QuestionSaved, Refused, SavedQuestions
from supervisor.api.parameters import ParameterError, check, fill
from supervisor.api.question_rules import refuse_question
from supervisor.storage.saved import SavedLog

_ID_BYTES = 9
_NOT_FOUND = Refused("not_found", "there is no such saved question", "GET /api/saved lists yours")
_CHANGED = "the saved question has been changed meanwhile, and asks something else now"


class SavedHandlers:
    """Only ever a caller's own; another's answers exactly as one that does not exist."""

    def __init__(self, saved: SavedLog, settings: Settings) -> None:
        self._saved = saved
        self._settings = settings

    def answer(self, command: AnySavedCommand) -> AnyReply:
        match command:
            case ListSaved():
                return SavedQuestions(self._saved.of_user(command.caller.user))
            case SaveQuestion():
                return self._save(command)
            case FillSaved():
                return self._fill(command)
            case ArrangeBoard():
                return self._arrange(command)
            case ForgetSaved():
                return self._forget(command)

    def refuse_run(self, submit: Submit) -> Refused | None:
        """Why this is no run of the saved question that it names, if it names one."""
        if not submit.saved:
            return None
        known = self._saved.one(submit.caller.user, submit.saved)
        if known is None:
            return _NOT_FOUND
        asked = (fill(known.content, {}), known.content.model, known.content.agent or submit.agent)
        if asked == (submit.question, submit.options.model, submit.agent) and submit.user_clarification is None:
            return None
        return Refused(Refusal.BAD_REQUEST, _CHANGED, "read it anew, and ask that")

    def _save(self, command: SaveQuestion) -> AnyReply:
        user, content = command.caller.user, _tidied(command.content)
        others = [one for one in self._saved.of_user(user) if one.saved_id != command.saved_id]
        refused = self._refuse(command.caller, content, others)
        if refused is not None:
            return refused
        if command.saved_id:
            return self._change(user, command.saved_id, content)
        saved = SavedQuestion(secrets.token_urlsafe(_ID_BYTES), time.time(), content)
        self._saved.add(user, saved)
        return QuestionSaved(saved)

    def _change(self, user: str, saved_id: str, content: SavedContent) -> AnyReply:
        known = self._saved.one(user, saved_id)
        if known is None:
            return _NOT_FOUND
        saved = msgspec.structs.replace(known, content=content)
        if _asks(content) != _asks(known.content):
            saved = msgspec.structs.replace(saved, latest=None)
        self._saved.change(user, saved)
        return QuestionSaved(saved)

    def _refuse(self, caller: Caller, content: SavedContent, others: list[SavedQuestion]) -> Refused | None:
        if len(others) >= MAX_SAVED:
            text = f"you have {MAX_SAVED} saved questions, which is the limit"
            return Refused(Refusal.QUOTA, text, "delete some of them")
        return _refuse_name(content.name, others) or _refuse_refresh(content) or self._refuse_text(caller, content)

    def _refuse_text(self, caller: Caller, content: SavedContent) -> Refused | None:
        try:
            check(content)
        except ParameterError as error:
            return _refused(error)
        return self._refuse_question(caller, content, fill(content, {}))

    def _refuse_question(self, caller: Caller, content: SavedContent, question: str) -> Refused | None:
        agent = content.agent or self._settings.agent.default
        options = Options(model=content.model)
        return refuse_question(Submit(caller, "saved", question, agent=agent, options=options), self._settings)

    def _fill(self, command: FillSaved) -> AnyReply:
        known = self._saved.one(command.caller.user, command.saved_id)
        if known is None:
            return _NOT_FOUND
        try:
            question = fill(known.content, command.values)
        except ParameterError as error:
            return _refused(error)
        refused = self._refuse_question(command.caller, known.content, question)
        return refused or Filled(question, known.content.agent, known.content.model)

    def _arrange(self, command: ArrangeBoard) -> AnyReply:
        wanted = list(dict.fromkeys(command.saved_ids))
        if len(wanted) > MAX_PINNED:
            text = f"{len(wanted)} saved questions are to be pinned; the board has room for {MAX_PINNED}"
            return Refused(Refusal.QUOTA, text, "take some off it")
        known = {one.saved_id for one in self._saved.of_user(command.caller.user)}
        if not known.issuperset(wanted):
            return _NOT_FOUND
        self._saved.arrange(command.caller.user, wanted)
        return Changed()

    def _forget(self, command: ForgetSaved) -> AnyReply:
        if self._saved.one(command.caller.user, command.saved_id) is None:
            return _NOT_FOUND
        self._saved.remove(command.caller.user, command.saved_id)
        return Changed()


def _asks(content: SavedContent) -> SavedContent:
    """The content without what does not change which question is asked: its name, and how often a board asks again."""
    return msgspec.structs.replace(content, name="", refresh_minutes=0)


def _tidied(content: SavedContent) -> SavedContent:
    return msgspec.structs.replace(content, name=" ".join(content.name.split()), text=content.text.strip())


def _refuse_name(name: str, others: list[SavedQuestion]) -> Refused | None:
    if not name or len(name) > MAX_NAME_CHARS:
        text = f"the name has {len(name)} characters; it may have 1 to {MAX_NAME_CHARS}"
        return Refused(Refusal.BAD_REQUEST, text, "choose another")
    if any(one.content.name.casefold() == name.casefold() for one in others):
        return Refused("name_taken", f"a saved question of yours is called {name!r} already", "choose another name")
    return None


def _refuse_refresh(content: SavedContent) -> Refused | None:
    if content.refresh_minutes in REFRESH_MINUTES:
        return None
    text = f"a board cannot ask again every {content.refresh_minutes} minutes"
    return Refused(Refusal.BAD_REQUEST, text, f"choose one of {', '.join(map(str, REFRESH_MINUTES))}; 0 is never")


def _refused(error: ParameterError) -> Refused:
    return Refused(Refusal.BAD_REQUEST, str(error), error.hint)
