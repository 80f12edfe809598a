"""What `top` shows and what a key does. Pure: times come in, wishes go out."""

from dataclasses import dataclass, field

from bus.contract.vocabulary import Rung, State
from bus.wire.outside import OutsideJob
from bus.wire.replies import Stats
from ops.top.key_names import DOWN, END, ENTER, ESCAPE, HOME, PAGE_DOWN, PAGE_UP, UP

PAGE_ROWS = 10
_MOVES = {UP: -1, DOWN: 1, PAGE_UP: -PAGE_ROWS, PAGE_DOWN: PAGE_ROWS, HOME: -(10**9), END: 10**9}
_RUNGS = {"k": Rung.CANCEL, "K": Rung.KILL}
_QUIT = frozenset({"q", "Q"})
_YES = frozenset({"y", "Y", ENTER})


@dataclass(frozen=True)
class PendingStop:
    """A stop that is wanted, or that awaits a yes."""

    job: OutsideJob
    rung: Rung


@dataclass
class TopState:
    """The jobs that live, which of them is selected, what is being asked, and what was said last."""

    jobs: list[OutsideJob] = field(default_factory=list)
    figures: Stats | None = None
    selected: int = 0
    asking: PendingStop | None = None
    said: str = ""
    trouble: str = ""
    quit: bool = False
    cpu_shares: dict[str, float] = field(default_factory=dict)
    _cpu: dict[str, tuple[float, float]] = field(default_factory=dict)

    def update(self, jobs: list[OutsideJob], figures: Stats | None, now: float) -> None:
        """What the server says at `now` (monotonic seconds). The selection stays with its job, or else in its place."""
        chosen = self.chosen
        self._measure(jobs, now)
        self.jobs, self.figures, self.trouble = jobs, figures, ""
        ids = [job.job_id for job in jobs]
        if chosen is not None and chosen.job_id in ids:
            self.selected = ids.index(chosen.job_id)
        self._move(0)
        if self.asking is not None and self.asking.job.job_id not in ids:
            self.said, self.asking = f"{self.asking.job.job_id[:6]} has ended meanwhile", None

    def lost(self, words: str) -> None:
        """The server did not answer; what was known stays."""
        self.trouble = words

    @property
    def chosen(self) -> OutsideJob | None:
        return self.jobs[self.selected] if self.selected < len(self.jobs) else None

    def press(self, key: str) -> PendingStop | None:
        """What a key does; returns the stop that shall be carried out now."""
        if self.asking is not None:
            wanted, self.asking = self.asking, None
            if key in _YES:
                self.said = f"stopping {wanted.job.job_id[:6]} …"
                return wanted
            self.said = "not stopped"
        elif key in _QUIT or key == ESCAPE:
            self.quit = True
        elif key in _MOVES:
            self._move(_MOVES[key])
        elif key in _RUNGS and self.chosen is not None:
            self.asking = PendingStop(self.chosen, _RUNGS[key])
        return None

    def _move(self, by: int) -> None:
        self.selected = max(0, min(len(self.jobs) - 1, self.selected + by))

    def _measure(self, jobs: list[OutsideJob], now: float) -> None:
        """CPU of each job since the last look, in processors."""
        shares = {}
        for job in jobs:
            cpu_s, at = self._cpu.get(job.job_id, (job.cpu_s, now))
            if now > at:
                shares[job.job_id] = max(0.0, job.cpu_s - cpu_s) / (now - at)
        self.cpu_shares = shares
        self._cpu = {job.job_id: (job.cpu_s, now) for job in jobs if job.state is not State.QUEUED}
