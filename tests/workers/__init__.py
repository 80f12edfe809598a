"""The zoo: agents that misbehave, one vice each. Every module here without a leading underscore is an animal, and any
supervisor can be told to offer them."""

from pathlib import Path
from typing import Any

ZOO = {
    path.stem: f"tests.workers.{path.stem}:run"
    for path in sorted(Path(__file__).parent.glob("*.py"))
    if not path.stem.startswith("_")
}


def zoo_settings() -> dict[str, Any]:
    """Setting overrides that offer every animal as an agent of its name, outside the sandbox: they start programs."""
    return {f"agents.{name}": {"entrypoint": entrypoint, "sandbox": False} for name, entrypoint in ZOO.items()}
