"""The seam between the workers, as jobs know them, and where their processes live."""

from dataclasses import dataclass, field
from typing import Protocol

from bus.contract.vocabulary import Proof, Reason
from supervisor.lifecycle.kill_ladder import Step

BEYOND_REACH_BYTES = 1 << 62
"""What a folder counts that lies too deep to be looked into."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What a worker and everything beneath it use: memory since it was ready, CPU since its start, scratch space."""

    memory_bytes: int
    cpu_s: float
    scratch_bytes: int


@dataclass(frozen=True, slots=True)
class Gone:
    """How a worker ended, how it was found that nothing of it is left (None where nothing was started), and its last
    words: `stderr`, and its `stack` if it was asked for. `with_its_node`: all that ran there ended at once.
    `limit_hit`: the limit that the kernel has held it to, `counted` what the kernel has counted of it."""

    exit_words: str
    proof: Proof | None = None
    last_words: dict[str, str] = field(default_factory=dict)
    with_its_node: bool = False
    limit_hit: Reason | None = None
    counted: dict[str, int] = field(default_factory=dict)


class Place(Protocol):
    """Where workers' processes are started, signalled and reaped. None of the calls waits; a worker that is not there
    (any more) is told nothing, and nothing is done to it."""

    @property
    def name(self) -> str:
        """The name of the node; empty for the machine of the supervisor."""

    @property
    def proof(self) -> Proof:
        """How it is found here that nothing of a worker is left."""

    def spawn(self, worker_id: str, agent: str, token: bytes, own_folder: str = "") -> None:
        """Start a worker's process; the listener hears `spawned` of it, or `gone` where that cannot be. All that
        it sends bears the token. `own_folder` is that of one user's own files, which it may read; here alone."""

    def assigned(self, worker_id: str, job_id: str) -> None:
        """The worker serves this job from here on."""

    def tell(self, worker_id: str, message: bytes) -> None:
        """Say something to it over control."""

    def do(self, worker_id: str, step: Step) -> None:
        """A step of the kill ladder that is a signal. One that has no process yet is left to the next step."""

    def lives(self, worker_id: str) -> bool:
        """False once it is known to be dead. Raises OSError where it cannot be looked at."""

    def outdated(self, worker_id: str) -> bool:
        """Whether its sandbox opens something that has been replaced since."""


class PlaceListener(Protocol):
    """Hears what becomes of the workers of a place. `gone` is the last of each worker."""

    def spawned(self, worker_id: str, pid: int) -> None: ...
    def control(self, frame: bytes) -> None:
        """A worker's message over control, encoded as it was sent."""

    def said(self, frames: list[bytes]) -> None:
        """A worker's message with events or its outcome, in frames, encoded as it was sent."""

    def sampled(self, worker_id: str, sample: Sample) -> None: ...
    def overcrowded(self, worker_id: str, reason: Reason, words: str) -> None:
        """It has more processes, or connections, than it may; `words` name the limit."""

    def exited(self, worker_id: str) -> None: ...
    def gone(self, worker_id: str, gone: Gone) -> None: ...
