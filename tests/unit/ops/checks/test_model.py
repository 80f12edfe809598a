"""What `doctor` says of the model: a real server of the Messages API, well and unwell."""

import socket

import pytest

from bus.contract.settings import Settings
from bus.contract.settings_file import load_settings
from ops.checks.finding import Level
from ops.checks.model import model
from tests.fakes.messages_server import MessagesServer
from tests.fakes.replies import Fail, Reply, Say

KEY = "sk-secret-of-mine"


def reaching(url: str) -> Settings:
    return load_settings(None, {}, {"llm.base_url": url, "llm.api_key_env": "KEY_OF_TEST"})


@pytest.mark.parametrize(
    ("reply", "level", "words"),
    [
        (Say(("yes",)), Level.OK, "answers in "),
        (Fail(401, "authentication_error", f"invalid key {KEY}"), Level.PROBLEM, "does not accept the key"),
        (Fail(404, "not_found_error", "model: nobody"), Level.PROBLEM, "does not know model claude-sonnet-5-5"),
        (Fail(529, "overloaded_error", "Overloaded"), Level.PROBLEM, "the model is overloaded"),
        (Fail(500, body="<html>"), Level.PROBLEM, "failed with status 500"),
        (Say(then="silence"), Level.PROBLEM, "did not answer within 3 s"),
    ],
)
async def test_each_state_of_a_model(reply: Reply, level: Level, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY_OF_TEST", KEY)
    if "within" in words:
        monkeypatch.setattr("ops.checks.model.ANSWER_WITHIN_S", 3.0)
    async with MessagesServer(lambda _: reply) as server:
        found = await model(reaching(server.url))
        (request,) = server.requests
    assert request.system == "Answer in one word."
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert (found.level, words in found.found) == (level, True), found
    assert KEY not in found.found


async def test_a_server_that_does_not_run() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        found = await model(reaching(f"http://127.0.0.1:{holder.getsockname()[1]}"))
    assert found.level is Level.PROBLEM
    assert "no model server answers at http://127.0.0.1" in found.found


async def test_none_is_no_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    found = await model(Settings())
    assert found.level is Level.OK
    assert found.found == "none (ANTHROPIC_API_KEY is not set): the offline planner answers"
