"""What a machine needs to be a node, or the server of nodes."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from bus.contract.settings import Settings
from ops.checks.finding import Finding, ok, problem, warning

TRIED_WITHIN_S = 30.0


def cluster(settings: Settings) -> Iterator[Finding]:
    """What this machine lacks to be a node or the head of nodes; no findings without `[cluster]`."""
    if settings.cluster.provider:
        yield _namespaces()
    if settings.cluster.provider == "ray":
        yield from _ray(settings)


def _namespaces() -> Finding:
    tried = subprocess.run(
        [sys.executable, "-m", "supervisor.nodes.machine.namespaces"],
        capture_output=True,
        text=True,
        timeout=TRIED_WITHIN_S,
        check=False,
    )
    if tried.returncode == 0:
        return ok("namespaces", "a node can have one of its own here")
    todo = (
        "root, or user namespaces (kernel.unprivileged_userns_clone, a container's security context); docs/cluster.md"
    )
    return problem("namespaces", f"none for a node here: {tried.stderr.strip()[-200:]}", todo)


def _ray(settings: Settings) -> Iterator[Finding]:
    if importlib.util.find_spec("ray") is None:
        yield problem("ray", "it is not installed", "pip install 'deadstop[ray]'")
        return
    yield ok("ray", f"version {version('ray')}; it has to be the same on every machine")
    if not (settings.cluster.allow_open_ray or has_token()):
        todo = (
            "RAY_AUTH_MODE=token and the token of the cluster: ~/.ray/auth_token, RAY_AUTH_TOKEN or RAY_AUTH_TOKEN_PATH"
        )
        yield warning("ray's token", "there is none for this account", todo)


def has_token() -> bool:
    """Whether Ray finds a token for its cluster."""
    named = os.environ.get("RAY_AUTH_TOKEN_PATH") or Path.home() / ".ray" / "auth_token"
    return bool(os.environ.get("RAY_AUTH_TOKEN")) or Path(named).is_file()
