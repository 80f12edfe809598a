import logging
from pathlib import Path

import pytest

from bus.contract.settings import Settings
from bus.contract.settings_file import RENAMED, SettingsError, load_settings


def test_every_earlier_name_leads_to_a_setting_of_today() -> None:
    for (table, earlier), key in RENAMED.items():
        fields = getattr(Settings(), table).__struct_fields__
        assert key in fields
        assert earlier not in fields


def test_an_earlier_name_still_counts_and_says_what_it_is_called_now(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[gateway]\nmax_strangers_per_address = 7\n")
    with caplog.at_level(logging.WARNING):
        assert load_settings(config, {}).gateway.max_unauthenticated_per_address == 7
    (message,) = caplog.messages
    assert str(config) in message
    assert "gateway.max_strangers_per_address is called gateway.max_unauthenticated_per_address now" in message
    environ = {"DEADSTOP_GATEWAY__MAX_STRANGERS_PER_ADDRESS": "8"}
    assert load_settings(None, environ).gateway.max_unauthenticated_per_address == 8


def test_the_name_of_today_goes_before_an_earlier_one(caplog: pytest.LogCaptureFixture) -> None:
    given = {"gateway.max_strangers_per_address": 7, "gateway.max_unauthenticated_per_address": 9}
    assert load_settings(None, {}, given).gateway.max_unauthenticated_per_address == 9
    assert len(caplog.messages) == 1


def test_a_token_of_the_settings_is_not_for_a_name_of_deadstop_itself(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[[auth.tokens]]\nsha256 = "{"0" * 64}"\nuser = "Operator"\n')
    with pytest.raises(SettingsError, match=r"auth\.tokens: user 'Operator' of token 1 is a name of Deadstop's own"):
        load_settings(config, {})


def test_an_agent_is_one_thing_and_lies_beside_its_settings(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[agents.a]\ncommand = ["node", "a.mjs"]\n[agents.b]\nentrypoint = "b:run"\nfolder = "own"\n')
    agents = load_settings(config, {}).agents
    assert [agents["a"].folder, agents["b"].folder] == [str(tmp_path), str(tmp_path / "own")]
    for text, given in (("", "none"), ('command = ["a"]\nentrypoint = "b:run"', "entrypoint and command")):
        config.write_text(f"[agents.a]\n{text}\n")
        with pytest.raises(SettingsError, match=rf"agents: an agent has one of entrypoint, command, .*, not {given}"):
            load_settings(config, {})
