"""The `[llm]` table as a model client takes it."""

import pytest

from agent_worker.llm.settings import ModelSettings
from bus.contract.settings import LlmSettings

KEY = "sk-test-0123456789"


def test_every_key_of_the_table_is_taken_over() -> None:
    table = LlmSettings(
        model="llama", base_url="http://localhost:11434", structured_output="plain", api_key_env="MY_KEY"
    )
    settings = ModelSettings.of(table, KEY)
    assert settings.api_key == KEY
    for name in LlmSettings.__struct_fields__:
        assert getattr(settings, name) == getattr(table, name)


@pytest.mark.parametrize(
    ("base_url", "root"),
    [
        ("", "https://api.anthropic.com"),
        ("http://localhost:11434", "http://localhost:11434"),
        ("http://localhost:4000/v1/", "http://localhost:4000"),
        ("https://models.example/anthropic/v1", "https://models.example/anthropic"),
    ],
)
def test_address_is_freed_of_what_the_sdk_adds(base_url: str, root: str) -> None:
    assert ModelSettings(base_url=base_url).root_url == root


def test_key_is_not_printed() -> None:
    settings = ModelSettings(api_key=KEY)
    assert KEY not in repr(settings)
    assert settings.without_key(f"wrong key {KEY}!") == "wrong key •••!"
    assert ModelSettings(api_key="ollama").without_key("ollama is busy") == "ollama is busy"
