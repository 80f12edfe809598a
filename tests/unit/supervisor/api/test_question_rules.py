"""A question that cannot be asked is refused by thing, number and limit, in the same words for every client."""

from typing import Any

import pytest

from bus.contract.agents import HISTORY_AGENT
from bus.contract.settings import LimitSettings, Settings
from bus.contract.vocabulary import SUPERVISOR, Refusal, Role
from bus.wire.commands import Caller, Submit
from supervisor.api.question_rules import FOR_OPERATORS, refuse_question

SETTINGS = Settings(limits=LimitSettings(max_query_chars=1000))
AGENT = SETTINGS.agent.default


def submit(role: Role = Role.USER, **fields: Any) -> Submit:
    return Submit(Caller("ann", role), **{"session_id": "s", "question": "how many?", "agent": AGENT, **fields})


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"session_id": "A-z_0" + "x" * 59},
        {"conversation_id": "c"},
        {"question": "x" * 1000, "user_clarification": "x" * 1000},
    ],
)
def test_what_is_in_order_is_not_refused(fields: dict[str, Any]) -> None:
    assert refuse_question(submit(**fields), SETTINGS) is None


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"session_id": ""}, "session_id '' is not 1 to 64 of A-Z a-z 0-9 _ -"),
        ({"session_id": "a b"}, "session_id 'a b' is not"),
        ({"session_id": "s\n"}, r"session_id 's\n' is not"),
        ({"session_id": "é"}, "session_id 'é' is not"),
        ({"session_id": "x" * 65}, "1 to 64"),
        ({"conversation_id": "../x"}, "conversation_id '../x' is not"),
        ({"question": " \n"}, "the question is empty"),
        ({"question": "x" * 1001}, "the question has 1,001 characters; the limit is 1,000"),
        ({"user_clarification": "x" * 1001}, "the clarification has 1,001 characters; the limit is 1,000"),
        ({"agent": "nobody"}, "there is no agent `nobody`"),
    ],
)
def test_what_is_not_in_order_is_refused_by_name(fields: dict[str, Any], says: str) -> None:
    refused = refuse_question(submit(**fields), SETTINGS)
    assert refused is not None
    assert refused.code == Refusal.BAD_REQUEST
    assert says in refused.error
    assert refused.hint


def test_a_very_long_name_is_not_repeated_whole() -> None:
    refused = refuse_question(submit(session_id="x" * 100_000), SETTINGS)
    assert refused is not None
    assert len(refused.error) < 200


def test_the_history_is_for_operators() -> None:
    assert refuse_question(submit(agent=HISTORY_AGENT), SETTINGS) == FOR_OPERATORS
    assert refuse_question(submit(Role.OPERATOR, agent=HISTORY_AGENT), SETTINGS) is None


def test_no_client_asks_as_the_supervisor() -> None:
    question = Submit(Caller(SUPERVISOR, Role.OPERATOR), session_id="s", question="how many?", agent=AGENT)
    refused = refuse_question(question, SETTINGS)
    assert refused is not None
    assert refused.error == "'supervisor' is a name of Deadstop's own"
