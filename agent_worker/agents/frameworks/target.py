"""The framework's object that the settings name."""

import importlib
from pathlib import Path
from typing import Any

from agent_worker.context import AgentError
from bus.contract.settings import AgentDefinition


def load_own(definition: AgentDefinition) -> tuple[str, ...]:
    """Import the module that is named, before the sandbox stands, and give the folder that it is read from."""
    module = importlib.import_module(definition.own_module)
    return (str(Path(module.__file__).parent),) if module.__file__ else ()


def target(named: str) -> Any:
    """The object MODULE:NAME. Raises AgentError where the module has none of that name."""
    module, _, name = named.partition(":")
    try:
        return getattr(importlib.import_module(module), name)
    except AttributeError as error:
        words = f"The module {module} has no {name!r}."
        raise AgentError(words, hint="correct the agent's table in the settings", retryable=False) from error
