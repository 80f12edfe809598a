"""What a load test will do, settled before it begins: each client's questions, their times, and its behaviour. Pure.

The times are intended ones: they do not wait for answers, and delays are measured from them, so that a server that
falls behind cannot hide it by being asked less.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ops.errors import EXIT_USAGE, OpsError

MAX_CLIENTS = 5_000
MAX_SECONDS = 3_600.0
MAX_QUESTIONS = 500_000

Behaviour = Literal["stays", "stops", "stops_now", "leaves", "reloads", "dawdles"]

CHAT_CHUNKS = 200
CHAT_EVERY_S = 0.1

QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "chats": (f"{CHAT_CHUNKS} {CHAT_EVERY_S}", f"{CHAT_CHUNKS // 2} {CHAT_EVERY_S}"),
    "floods": ("2000 64",),
    "hangs": ("20",),
    "sql": ("select 42 as answer", "select range as n from range(1000)"),
    "parquet": ("how many tables are there", "select 42 as answer"),
}
"""The questions that are asked of each agent; only these agents can be in a mix."""

NEVER_ENDS = frozenset({"hangs"})
"""Agents that never end by themselves: their questions are always stopped."""


@dataclass(frozen=True, slots=True)
class Proportions:
    """Shares of all questions, from 0 to 1: those that are stopped, and those whose asker leaves and comes back,
    reloads the page, or reads slowly."""

    stops: float = 0.1
    leaves: float = 0.03
    reloads: float = 0.03
    dawdles: float = 0.03


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """`think_s` lies between the questions of one client, on average; `mix` are weights by agent."""

    clients: int
    seconds: float
    think_s: float
    mix: Mapping[str, float]
    shares: Proportions
    seed: int
    stop_within_s: float
    """The longest time from a stop to its proof that is not counted as broken; includes the ladder's graces."""

    @property
    def a_second(self) -> float:
        """Questions a second of all clients together."""
        return self.clients / self.think_s if self.think_s > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Visit:
    """One question: asked by `client`, `at` seconds after the beginning; `after_s` it does what its behaviour says."""

    at: float
    client: int
    agent: str
    question: str
    behaviour: Behaviour
    after_s: float


def check_plan(plan: LoadPlan) -> None:
    """Raises `OpsError` for one that is out of bounds, naming number and limit."""
    for what, value, limit in (
        ("--clients", plan.clients, MAX_CLIENTS),
        ("--seconds", plan.seconds, MAX_SECONDS),
        ("--think", plan.think_s, MAX_SECONDS),
        ("clients × seconds / think time", plan.a_second * plan.seconds, MAX_QUESTIONS),  # noqa: RUF001
    ):
        if not 0 < value <= limit:
            raise OpsError(f"{what} is {value:g}, it must be above 0 and at most {limit:,g}", EXIT_USAGE)
    unknown = plan.mix.keys() - QUESTIONS.keys()
    if unknown or not plan.mix:
        known = ", ".join(QUESTIONS)
        raise OpsError(f"--mix names {', '.join(sorted(unknown)) or 'no agent'}; known: {known}", EXIT_USAGE)


def visits(plan: LoadPlan) -> list[Visit]:
    """Every question of the test in the order of time; the same for the same seed."""
    chance = random.Random(plan.seed)
    found: list[Visit] = []
    for client in range(plan.clients):
        at = chance.uniform(0, plan.think_s)
        while at < plan.seconds:
            found.append(_visit(plan, chance, client, at))
            at += chance.expovariate(1 / plan.think_s)
    return sorted(found, key=lambda visit: visit.at)


def _visit(plan: LoadPlan, chance: random.Random, client: int, at: float) -> Visit:
    agent = chance.choices(list(plan.mix), list(plan.mix.values()))[0]
    behaviour = _behaviour(plan.shares, chance)
    if agent in NEVER_ENDS and behaviour not in ("stops", "stops_now"):
        behaviour = "stops"
    after_s = chance.uniform(0.0, CHAT_CHUNKS * CHAT_EVERY_S / 2)
    return Visit(at, client, agent, chance.choice(QUESTIONS[agent]), behaviour, after_s)


def _behaviour(shares: Proportions, chance: random.Random) -> Behaviour:
    drawn = chance.random()
    kinds: tuple[tuple[Behaviour, float], ...] = (
        ("stops", shares.stops * 2 / 3),
        ("stops_now", shares.stops / 3),
        ("leaves", shares.leaves),
        ("reloads", shares.reloads),
        ("dawdles", shares.dawdles),
    )
    for kind, share in kinds:
        if drawn < share:
            return kind
        drawn -= share
    return "stays"
