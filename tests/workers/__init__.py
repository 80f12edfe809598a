"""The zoo: agents that misbehave, one vice each. `ZOO` names them; any supervisor can be told to offer them."""

from typing import Any

ZOO = {
    name: f"tests.workers.{name}:run"
    for name in (
        "sleeps",
        "swallows_cancel",
        "spins_in_python",
        "spins_in_c",
        "stuck_in_engine",
        "ignores_signals",
        "stops_itself",
        "forks_children",
        "leaves_sessions",
        "daemonises",
        "floods_events",
        "floods_memory",
        "fills_scratch",
        "leaks_threads",
        "exits_zero",
        "exits_three",
        "segfaults",
        "raises",
        "never_ready",
        "stops_heartbeat",
        "sends_garbage",
        "claims_another_job",
        "hangs_in_http",
        "echoes",
        "counts",
    )
}


def zoo_settings() -> dict[str, Any]:
    """Setting overrides that offer every animal as an agent of its name, outside the sandbox: they start programs."""
    return {f"agents.{name}": {"entrypoint": entrypoint, "sandbox": False} for name, entrypoint in ZOO.items()}
