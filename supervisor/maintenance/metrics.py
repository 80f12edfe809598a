"""The figures that `deadstop stats` and `/metrics` show; `docs/operations.md` explains each."""

import asyncio
import os
from pathlib import Path

from bus.contract.vocabulary import Proof
from bus.system.proc import read_stat
from supervisor.control.parts import Parts
from supervisor.maintenance.rate import RollingRate


class Metrics:
    """Reads the parts of a supervisor. `sample` it about once a second."""

    def __init__(self, parts: Parts) -> None:
        self._limits = parts.settings.limits
        self._log_path = parts.store.path
        self._journal = parts.journal
        self._pool = parts.pool
        self._jobs = parts.jobs
        self._admission = parts.admission
        self._commit = parts.commit
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._events = RollingRate()
        self._bytes = RollingRate()

    def sample(self) -> None:
        """Take one sample of the totals from which rates are computed."""
        now = self._loop.time()
        self._events.add(now, self._journal.events_total)
        self._bytes.add(now, self._journal.bytes_total)

    def read(self) -> dict[str, float]:
        """Each figure by its name; sizes in bytes, times in seconds, yes and no as 1 and 0."""
        now = self._loop.time()
        own = read_stat(os.getpid())
        return {
            "uptime_s": now - self._began,
            "running": len(self._admission.running),
            "max_running": self._limits.max_running,
            "waiting": len(self._admission.waiting),
            "max_queued": self._limits.max_queued,
            "oldest_waiting_s": self._oldest_waiting_s(now),
            "draining": float(self._admission.draining),
            "workers": len(self._pool.workers),
            "warm_workers": self._pool.warm,
            "control_groups": float(self._pool.proof is Proof.CGROUP),
            "hard_limits": float({"memory", "pids"} <= self._pool.controllers),
            "worker_memory_bytes": sum(worker.memory_bytes for worker in self._pool.workers),
            "supervisor_memory_bytes": own.resident_bytes if own else 0,
            "events_total": self._journal.events_total,
            "event_bytes_total": self._journal.bytes_total,
            "events_per_s": self._events.per_s,
            "event_bytes_per_s": self._bytes.per_s,
            "log_bytes": self._log_bytes(),
            "log_lag_s": self._journal.lag_s(now),
            "log_writable": float(not self._commit.trouble),
            "disk_free_bytes": self._disk_free_bytes(),
            "stray_messages": self._pool.stray_messages,
        }

    def _oldest_waiting_s(self, now: float) -> float:
        return now - min(self._jobs.accepted_at(self._admission.waiting), default=now)

    def _log_bytes(self) -> int:
        """The log and what has not been moved into it yet."""
        return sum(_size(Path(f"{self._log_path}{suffix}")) for suffix in ("", "-wal"))

    def _disk_free_bytes(self) -> int:
        found = os.statvfs(self._log_path.parent)
        return found.f_bavail * found.f_frsize


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
