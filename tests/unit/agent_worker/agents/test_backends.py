"""Whether there is a model at all, and how its failures are told."""

import pytest

from agent_worker.agents.backends import model_failures, model_settings
from agent_worker.context import AgentError
from agent_worker.llm.errors import BudgetExceeded, ModelError
from bus.contract.settings import LlmSettings
from bus.contract.vocabulary import Reason


@pytest.mark.parametrize(
    ("key", "base_url", "there"),
    [("", "", False), ("secret", "", True), ("", "http://127.0.0.1:9", True), ("secret", "http://127.0.0.1:9", True)],
)
def test_a_model_needs_a_key_or_a_server_of_ones_own(
    monkeypatch: pytest.MonkeyPatch, key: str, base_url: str, there: bool
) -> None:
    monkeypatch.setenv("OUR_KEY", key)
    settings = model_settings(LlmSettings(api_key_env="OUR_KEY", base_url=base_url))
    assert (settings is not None) is there
    assert settings is None or settings.api_key == key


def test_a_failure_of_the_model_keeps_its_code_its_hint_and_whether_to_ask_again() -> None:
    with pytest.raises(AgentError) as caught, model_failures():
        raise ModelError("llm_overloaded", "the model is overloaded", "ask later", retryable=True)
    error = caught.value
    assert (error.code, error.error, error.hint) == ("llm_overloaded", "the model is overloaded", "ask later")
    assert (error.retryable, error.reason) == (True, Reason.LLM_ERROR)


def test_a_budget_that_is_used_up_is_another_reason() -> None:
    with pytest.raises(AgentError, match="The budget is used up") as caught, model_failures():
        raise BudgetExceeded("max_cost_usd", 1.5, 1.0)
    assert (caught.value.code, caught.value.reason) == ("budget", Reason.BUDGET)
