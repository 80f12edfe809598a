"""An agent that makes attempts of the hostile set, each in a fork of its worker, and tells what came of each. The
question is the ground and the attempts' names, as JSON."""

import json
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from agent_worker.context import AgentContext
from bus.contract.events import Event, ResponseChunk
from bus.wire.worker import JobSpec
from tests.harness.hostile.attempts import ATTEMPTS
from tests.harness.hostile.forks import done_by, in_a_fork, in_this_process
from tests.harness.hostile.ground import SECRET, Ground
from tests.harness.hostile.outcome import Outcome

OF_ITS_OWN = ("signal the parent",)
"""To be made by the worker itself: the parent of its fork is a process of ours."""


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    told, names = json.loads(job.question)
    places: dict[str, Any] = {name: Path(value) if isinstance(value, str) else value for name, value in told.items()}
    ground = Ground(**{**places, "scratch": context.scratch})
    for name in names:
        yield ResponseChunk("response", msgspec.json.encode(_outcome(name, ground)).decode() + "\n")


def _outcome(name: str, ground: Ground) -> Outcome:
    attempt = partial(ATTEMPTS[name], ground)
    said, told = in_this_process(attempt) if name in OF_ITS_OWN else in_a_fork(attempt)
    return Outcome(name, "read" if SECRET.encode() in told else done_by(said), said)
