"""What happens in a run: the same steps for the same seed. Pure."""

import random
from dataclasses import dataclass

ANIMALS = (
    *("sleeps", "swallows_cancel", "ignores_signals", "spins_in_c", "stuck_in_engine", "stops_itself"),
    *("forks_children", "deaf_daemon", "has_subreaper", "floods_events", "finishes_anyway", "hangs_in_http"),
    *("exits_three", "segfaults", "raises", "echoes", "counts", "leaves_files"),
)
WEIGHTS = {
    "submit": 40,
    "stop": 30,
    "now": 10,
    "kill_worker": 5,
    "stall_worker": 4,
    "stall_supervisor": 3,
    "stall_gateway": 2,
    "stall_fork_server": 2,
    "kill_fork_server": 1,
    "drop_sockets": 6,
    "leave": 6,
}
NODE_WEIGHTS = {"kill_keeper": 2, "kill_program": 1, "stop_program": 1, "stall_program": 3, "kill_provider": 1}
"""What is done to nodes, beside all that, where there are any."""

ATTACHED = 0.3
"""So many of the jobs run only as long as somebody follows them."""

KILL_EVERY_STOPS = 40
"""The supervisor and the gateway are killed once in so many stops, and at least once in a run."""


@dataclass(frozen=True)
class Step:
    """`pick` chooses among the jobs that are alive when the step's turn comes; `pause_s` follows it. A submitted job is
    `attached` to its followers, or not."""

    kind: str
    animal: str
    attached: bool
    pick: int
    pause_s: float


def script(seed: int, stops: int, *, on_nodes: bool = False) -> list[Step]:
    """Steps with so many stops among them."""
    chance = random.Random(seed)
    weights = WEIGHTS | (NODE_WEIGHTS if on_nodes else {})
    steps: list[Step] = [_step(chance, "submit") for _ in range(4)]
    done = 0
    while done < stops:
        kind = chance.choices(list(weights), list(weights.values()))[0]
        done += kind in ("stop", "now")
        steps.append(_step(chance, kind))
    for _ in range(max(1, stops // KILL_EVERY_STOPS)):
        for kind in ("kill_supervisor", "kill_gateway"):
            steps.insert(chance.randrange(4, len(steps) + 1), _step(chance, kind))
    return steps


def _step(chance: random.Random, kind: str) -> Step:
    return Step(
        kind, chance.choice(ANIMALS), chance.random() < ATTACHED, chance.randrange(1000), chance.random() * 0.15
    )
