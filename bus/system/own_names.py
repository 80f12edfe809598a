"""The names of our packages, which no module of an agent can have."""

from pathlib import Path

PACKAGES = ("agent_worker", "broker", "bus", "deadstop", "gateway", "ops", "supervisor")


def taken_names(folder: Path) -> list[str]:
    """Names of our packages that modules or packages in an agent's folder have too: `import` gives ours, never these.
    In a checkout of Deadstop none counts."""
    if (folder / "bus" / "contract").is_dir():
        return []
    places = [folder / name for name in PACKAGES]
    return [place.name for place in places if place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()]
