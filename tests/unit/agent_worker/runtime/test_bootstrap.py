"""What a worker may reach of its model, and how its agent's module is found."""

import sys
from pathlib import Path

import pytest

from agent_worker.runtime.bootstrap import load_agent, model_hosts, model_ports
from bus.contract.settings import AgentDefinition

PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")


@pytest.fixture(autouse=True)
def without_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("base_url", "hosts", "ports"),
    [
        ("", ("api.anthropic.com",), (443,)),
        ("http://127.0.0.1:8001/v1", ("127.0.0.1",), (8001,)),
        ("http://models.example", ("models.example",), (80,)),
        ("https://[::1]", ("::1",), (443,)),
    ],
)
def test_a_worker_reaches_its_models_server(base_url: str, hosts: tuple[str, ...], ports: tuple[int, ...]) -> None:
    assert model_hosts(base_url) == hosts
    assert model_ports(base_url) == ports


def test_a_proxy_is_reached_too_and_each_is_named_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    assert model_hosts("https://models.example") == ("models.example", "proxy.example")
    assert model_ports("https://models.example") == (443, 3128)


@pytest.fixture
def agents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    return tmp_path


def test_an_agents_folder_is_looked_into_last(agents: Path) -> None:
    (agents / "json.py").write_text("mine = True\n")
    (agents / "only_here.py").write_text("import json\n")
    module = load_agent(AgentDefinition("only_here:run", folder=str(agents)))
    assert module.__file__ == str(agents / "only_here.py")
    assert not hasattr(module.json, "mine")
    assert sys.path[-1] == str(agents)


def test_a_module_that_ours_stands_before_is_named_beside_the_error(agents: Path) -> None:
    (agents / "bus.py").write_text("timetable = []\n")
    (agents / "travels.py").write_text("from bus import timetable\n")
    with pytest.raises(ImportError) as caught:
        load_agent(AgentDefinition("travels:run", folder=str(agents)))
    assert caught.value.__notes__ == [f"bus in {agents}: `import` gives Deadstop's own of that name"]
