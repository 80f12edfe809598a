"""What may be saved, whose it is, and what a run on a board has to ask."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bus.contract.kept.saved import MAX_PINNED, MAX_SAVED, Parameter, SavedContent
from bus.contract.settings import Settings
from bus.contract.vocabulary import Refusal, Role
from bus.wire.commands import ArrangeBoard, Caller, FillSaved, ForgetSaved, ListSaved, Options, SaveQuestion, Submit
from bus.wire.replies import Changed, Filled, QuestionSaved, Refused, SavedQuestions
from supervisor.api.saved_handlers import SavedHandlers
from supervisor.storage.store import Store

ANN, BOB = Caller("ann", Role.USER), Caller("bob", Role.USER)
SETTINGS = Settings()
CITY = SavedContent("By city", "sales in {city}", parameters=[Parameter("city", default="Berlin")])


class Saved:
    def __init__(self, folder: Path) -> None:
        self.store = Store(folder)
        self.handlers = SavedHandlers(self.store.saved, SETTINGS)

    def save(self, content: SavedContent = CITY, caller: Caller = ANN, saved_id: str = "") -> QuestionSaved | Refused:
        said = self.handlers.answer(SaveQuestion(caller, content, saved_id))
        self.store.commit()
        assert isinstance(said, QuestionSaved | Refused)
        return said

    def saved_id(self, content: SavedContent = CITY) -> str:
        said = self.save(content)
        assert isinstance(said, QuestionSaved)
        return said.saved.saved_id

    def names(self, caller: Caller = ANN) -> list[tuple[str, int | None]]:
        self.store.commit()
        said = self.handlers.answer(ListSaved(caller))
        assert isinstance(said, SavedQuestions)
        return [(one.content.name, one.place) for one in said.saved]


@pytest.fixture
def saved(tmp_path: Path) -> Iterator[Saved]:
    saved = Saved(tmp_path)
    yield saved
    saved.store.close()


def code(said: object) -> str:
    assert isinstance(said, Refused)
    return said.code


def test_names_are_tidied_and_each_is_a_user_s_own(saved: Saved) -> None:
    saved.save(msgspec.structs.replace(CITY, name="  By \n city "))
    assert saved.names() == [("By city", None)]
    assert saved.names(BOB) == []
    assert code(saved.save(msgspec.structs.replace(CITY, name="BY CITY"))) == "name_taken"
    assert isinstance(saved.save(caller=BOB), QuestionSaved)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"name": "   "}, Refusal.BAD_REQUEST),
        ({"refresh_minutes": 7}, Refusal.BAD_REQUEST),
        ({"text": "sales in {town}"}, Refusal.BAD_REQUEST),
        ({"agent": "nobody"}, Refusal.BAD_REQUEST),
        ({"text": "x" * (SETTINGS.limits.max_query_chars + 1), "parameters": []}, Refusal.BAD_REQUEST),
    ],
)
def test_what_could_not_be_asked_is_not_saved(saved: Saved, changes: dict[str, Any], refusal: str) -> None:
    assert code(saved.save(msgspec.structs.replace(CITY, **changes))) == refusal
    assert saved.names() == []


def test_one_that_is_changed_keeps_its_name_and_another_s_does_not_exist(saved: Saved) -> None:
    saved_id = saved.saved_id()
    assert isinstance(saved.save(msgspec.structs.replace(CITY, text="{city}!"), saved_id=saved_id), QuestionSaved)
    assert code(saved.save(caller=BOB, saved_id=saved_id)) == "not_found"
    for command in (FillSaved(BOB, saved_id), ForgetSaved(BOB, saved_id), ArrangeBoard(BOB, [saved_id])):
        assert code(saved.handlers.answer(command)) == "not_found"
    assert saved.names() == [("By city", None)]


def test_values_stand_in_the_text_and_what_they_make_must_be_a_question(saved: Saved) -> None:
    saved_id = saved.saved_id()
    assert saved.handlers.answer(FillSaved(ANN, saved_id)) == Filled("sales in Berlin", "", "")
    assert saved.handlers.answer(FillSaved(ANN, saved_id, {"city": "Rome"})) == Filled("sales in Rome", "", "")
    assert code(saved.handlers.answer(FillSaved(ANN, saved_id, {"town": "Rome"}))) == Refusal.BAD_REQUEST


def test_the_board_has_an_order_and_an_end(saved: Saved) -> None:
    first, second = saved.saved_id(), saved.saved_id(SavedContent("Other", "how many?"))
    assert saved.handlers.answer(ArrangeBoard(ANN, [second, first, second])) == Changed()
    assert saved.names() == [("By city", 1), ("Other", 0)]
    assert code(saved.handlers.answer(ArrangeBoard(ANN, [first, "unknown"]))) == "not_found"
    assert code(saved.handlers.answer(ArrangeBoard(ANN, [str(at) for at in range(MAX_PINNED + 1)]))) == Refusal.QUOTA
    assert saved.names() == [("By city", 1), ("Other", 0)]


def test_there_is_a_limit_and_one_that_is_there_can_be_changed_at_it(saved: Saved) -> None:
    ids = [saved.saved_id(SavedContent(f"{number}", "how many?")) for number in range(MAX_SAVED)]
    assert code(saved.save()) == Refusal.QUOTA
    assert isinstance(saved.save(saved_id=ids[0]), QuestionSaved)


def test_a_run_asks_what_is_saved_and_nothing_else(saved: Saved) -> None:
    saved_id, agent = saved.saved_id(), SETTINGS.agent.default
    run = Submit(ANN, "s1", "sales in Berlin", agent=agent, saved=saved_id)
    assert saved.handlers.refuse_run(run) is None
    assert saved.handlers.refuse_run(msgspec.structs.replace(run, saved="")) is None
    others: list[dict[str, Any]] = [
        {"question": "sales in Rome"},
        {"options": Options(model="m")},
        {"user_clarification": "of 2024"},
    ]
    for changes in others:
        assert code(saved.handlers.refuse_run(msgspec.structs.replace(run, **changes))) == Refusal.BAD_REQUEST
    assert code(saved.handlers.refuse_run(msgspec.structs.replace(run, caller=BOB))) == "not_found"
