"""What a job may use: how long its phases may last, and how much it may say."""

from dataclasses import dataclass

from bus.contract.agents import limits_of
from bus.contract.settings import Settings
from bus.contract.vocabulary import Reason
from bus.wire.commands import Submit
from supervisor.jobs.job_entry import JobEntry
from supervisor.lifecycle.job import Deadlines
from supervisor.lifecycle.kill_ladder import Graces


@dataclass(frozen=True, slots=True)
class Exceeded:
    """A limit that a job has gone beyond; `words` name it with its number, for people."""

    reason: Reason
    words: str


class Limits:
    """The limits of time and output that the settings set for jobs. Says what is too much, and stops nothing."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def graces(self) -> Graces:
        """How long the rungs of a job's ladder are apart."""
        return Graces(self._settings.supervisor.cancel_grace_s, self._settings.supervisor.terminate_grace_s)

    def deadlines(self, submit: Submit) -> Deadlines:
        """How long the phases of this question's job may last."""
        worker, limit_s = self._settings.worker, limits_of(self._settings, submit.agent).max_runtime_s
        wanted_s = submit.options.max_runtime_s
        return Deadlines(
            start_s=worker.start_timeout_s,
            runtime_s=min(wanted_s, limit_s) if wanted_s and limit_s else (wanted_s or limit_s),
            heartbeat_s=worker.heartbeat_timeout_s,
            linger_s=worker.linger_s,
        )

    def over_output(self, entry: JobEntry) -> Exceeded | None:
        """Whether the job's stream has grown too large."""
        limits = self._settings.limits
        for what, value, limit in (
            ("bytes", entry.stream.size_bytes, limits.max_output_bytes),
            ("events", entry.stream.seq, limits.max_events),
        ):
            if value > limit:
                words = f"The answer has grown to {value:,} {what}; the limit is {limit:,}."
                return Exceeded(Reason.OUTPUT_LIMIT, words)
        return None
