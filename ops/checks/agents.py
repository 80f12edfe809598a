"""Whether the agents of the settings are there."""

import shutil
import sys
from collections.abc import Iterator
from importlib.machinery import PathFinder
from pathlib import Path

from bus.contract.settings import AgentDefinition, Settings
from bus.system.own_names import taken_names
from ops.checks.finding import Finding, problem, warning

_EXTRAS = {
    "langgraph": ("langgraph", "langgraph"),
    "pydantic_ai": ("pydantic_ai", "pydantic-ai"),
    "openai_agents": ("agents", "openai-agents"),
}
"""The package that runs agents of a framework, and the extra that installs it."""


def agents(settings: Settings) -> list[Finding]:
    """What is wrong with any of them."""
    return [finding for name, agent in settings.agents.items() for finding in _agent(name, agent)]


def _agent(name: str, agent: AgentDefinition) -> Iterator[Finding]:
    if agent.command:
        if not _is_program(agent.command[0], agent.folder):
            todo = f"install it, or correct [agents.{name}] command"
            yield problem(f"agent {name}", f"there is no program {agent.command[0]} in PATH", todo)
        return
    for key, (package, extra) in _EXTRAS.items():
        if getattr(agent, key) and _is_missing(package, agent.folder):
            todo = f"pip install 'deadstop[{extra}]'"
            yield problem(f"agent {name}", f"it is one of {key}, and {package} is not installed", todo)
    module = agent.own_module
    if _is_missing(module, agent.folder):
        todo = f"install it into this environment or put it into {agent.folder}, or correct [agents.{name}]"
        yield problem(f"agent {name}", f"there is no module {module}", todo)
    for taken in taken_names(Path(agent.folder)):
        words = f"its folder has a module {taken}, and `import {taken}` gives Deadstop's own package"
        yield warning(
            f"agent {name}", words, f"give {Path(agent.folder) / taken} another name, if the agent imports it"
        )


def _is_program(name: str, folder: str) -> bool:
    return (Path(folder) / Path(name).expanduser()).exists() if "/" in name else shutil.which(name) is not None


def _is_missing(module: str, folder: str) -> bool:
    """Looks from package to package; nothing is imported."""
    path = [*sys.path, folder]
    for at, _ in enumerate(parts := module.split(".")):
        try:
            spec = PathFinder.find_spec(".".join(parts[: at + 1]), path)
        except (ImportError, ValueError):
            return True
        if spec is None:
            return True
        path = list(spec.submodule_search_locations or ())
    return False
