"""Conversations: questions that go on from earlier ones, and answers to what the agent has asked back; with a model
and without."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.fakes.replies import Recorded, Reply, Say, Script, in_turn
from tests.fakes.scripts import COUNT_PER_CARRIER, clarification_json, flights, in_pieces, is_planning, plan_json
from tests.harness.asking import Served, ask, serving
from tests.harness.jobs.stopping import ALICE, BOB
from tests.harness.servers import Supervisor, running_supervisor

pytestmark = pytest.mark.asyncio(loop_scope="module")

GOOD = in_pieces(plan_json(COUNT_PER_CARRIER))
ANSWER = Say(("United ", "has ", "most."))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    async with serving(tmp_path_factory.mktemp("s"), flights()) as served:
        yield served


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def offline(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Supervisor]:
    async with running_supervisor(tmp_path_factory.mktemp("s")) as supervisor:
        yield supervisor


def told(reply: Reply, seen: list[str]) -> Script:
    """Plans are this reply; what was asked for them is noted."""

    def script(recorded: Recorded) -> Reply:
        if is_planning(recorded):
            seen.append(recorded.last_message)
            return reply
        return ANSWER

    return script


async def test_a_question_back_is_answered_in_the_next_message(served: Served) -> None:
    back = in_pieces(clarification_json("Which delay?", "departure delay", "arrival delay"))
    question = "What is the worst delay?"
    first = await served.ask(question, in_turn(back), conversation_id="delays")
    clarification = first.result.clarification
    assert clarification is not None
    assert (clarification.question, clarification.suggestions) == ("Which delay?", ["departure delay", "arrival delay"])
    seen: list[str] = []
    second = await served.ask(
        question, told(GOOD, seen), conversation_id="delays", user_clarification="departure delay"
    )
    assert second.result.clarification is None
    assert f"<question>\n{question}\ndeparture delay\n</question>" in seen[0]
    assert "Asked back: Which delay?" in seen[0]
    await served.ask("And by month?", told(GOOD, seen), conversation_id="delays")
    conversation, _, asked_now = seen[1].partition("<question>")
    assert asked_now == "\nAnd by month?\n</question>"
    assert conversation.index("Asked back: Which delay?") < conversation.index("Question: departure delay")
    assert f"SQL: {COUNT_PER_CARRIER}" in conversation
    assert "Answer: United has most." in conversation


async def test_what_the_model_is_told_of_a_conversation_is_bounded(served: Served) -> None:
    seen: list[str] = []
    for number in range(9):
        await served.ask(f"Question {number}. {'long ' * 1000}", told(GOOD, seen), conversation_id="long")
    assert "Question 7." in seen[-1]
    assert "Question 2." in seen[-1]
    assert "Question 1." not in seen[-1], "[agent] history_turns = 6"
    assert len(seen[-1]) < 20_000


async def test_conversations_of_one_name_are_apart_by_user(served: Served) -> None:
    seen: list[str] = []
    await served.ask("Alice's question", told(GOOD, seen), conversation_id="c", caller=ALICE)
    await served.ask("Bob's question", told(GOOD, seen), conversation_id="c", caller=BOB)
    assert "Alice" not in seen[1]


async def test_a_branch_is_told_of_itself_alone(served: Served) -> None:
    async def told_of(question: str, session_id: str, follows: str | None) -> str:
        seen: list[str] = []
        fields = {"conversation_id": "branches", "session_id": session_id, "follows": follows}
        await served.ask(question, told(GOOD, seen), **fields)
        return " ".join(name for name in ("First", "Second", "Edited", "Anew") if f"Question: {name}." in seen[0])

    assert await told_of("First.", "b1", None) == ""
    assert await told_of("Second.", "b2", "b1") == "First"
    assert await told_of("Edited.", "b3", "b1") == "First"
    assert await told_of("Third?", "b4", None) == "First Edited"
    assert await told_of("Third?", "b5", "b2") == "First Second"
    assert await told_of("Anew.", "b6", "") == ""
    assert await told_of("Fourth?", "b7", None) == "Anew"


# ---- without a model


async def test_a_fragment_goes_on_from_the_question_before(offline: Supervisor) -> None:
    first = await ask(offline, "How many flights per airline?", conversation_id="c")
    assert len(first.rows) == 16
    by_month = await ask(offline, "and by month?", conversation_id="c")
    assert len(by_month.rows) == 12
    alone = await ask(offline, "and by month?", conversation_id="another")
    assert alone.result.clarification is not None, alone.response


async def test_a_question_back_is_answered_without_a_model(offline: Supervisor) -> None:
    question = "average blorp by month"
    first = await ask(offline, question, conversation_id="back")
    assert first.result.clarification is not None
    assert "blorp" in first.response
    second = await ask(offline, question, conversation_id="back", user_clarification="departure delay")
    assert second.result.clarification is None, second.response
    assert len(second.rows) == 12
    assert "dep_delay" in second.statements[0]
    third = await ask(offline, "and by airline?", conversation_id="back")
    assert third.result.clarification is None, third.response
    assert "dep_delay" in third.statements[0]
