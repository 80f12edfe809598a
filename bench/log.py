"""What the event log costs: the same batches through the journal, with the log on disk and with one that keeps nothing.

python -m bench.log [--batches N] [--folder DIR]
"""

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

from bus.contract.events import ResponseChunk
from bus.contract.vocabulary import Role, State
from bus.transport.codec import encode
from bus.wire.commands import Caller, Submit
from bus.wire.job_record import JobRecord, JobSummary
from supervisor.storage.journal import Journal, Stream
from supervisor.storage.store import Store

EVENTS_PER_BATCH = (1, 32, 256)
CHUNK = "x" * 64
RUNS = 5


class NoStore:
    """A log that keeps nothing: the rest of the work alone."""

    def append(self, *_: object, **__: object) -> None:
        pass

    def commit(self, **_: object) -> None:
        pass

    def request_commit(self) -> None:
        pass


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--batches", type=int, default=3000)
    arguments.add_argument("--folder", type=Path, help="where the log is written; a temporary folder by default")
    options = arguments.parse_args()
    for count in EVENTS_PER_BATCH:
        print(json.dumps(measure(count, options.batches, options.folder)))


def measure(events_per_batch: int, batches: int, folder: Path | None) -> dict[str, float]:
    """Medians of interleaved runs: events/s with and without the log, and microseconds of log per batch."""
    with_log, without = [], []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory(dir=folder) as state_dir:
            store = Store(Path(state_dir))
            number = store.accept(_SUBMIT, _RECORD)
            store.commit()
            with_log.append(_seconds(Journal(store, _drop), number, events_per_batch, batches))
            store.close()
        without.append(_seconds(Journal(NoStore(), _drop), 1, events_per_batch, batches))  # type: ignore[arg-type]
    slow, fast = statistics.median(with_log), statistics.median(without)
    return {
        "events_per_batch": events_per_batch,
        "events_per_s_with_log": round(events_per_batch * batches / slow),
        "events_per_s_without": round(events_per_batch * batches / fast),
        "log_us_per_batch": round((slow - fast) / batches * 1e6, 1),
    }


def _seconds(journal: Journal, number: int, events_per_batch: int, batches: int) -> float:
    stream = Stream("bench", number)
    blob = encode([ResponseChunk("response", CHUNK)] * events_per_batch)
    started = time.perf_counter()
    for _ in range(batches):
        journal.append_batch(stream, events_per_batch, blob)
        journal.flush()
    return time.perf_counter() - started


def _drop(_: object) -> None:
    pass


_SUBMIT = Submit(Caller("bench", Role.OPERATOR), "bench", "bench")
_SUMMARY = JobSummary(
    "bench", "bench", "bench", "bench", "bench", "", State.RUNNING, None, 0.0, None, None, None, 0, None
)
_RECORD = JobRecord(_SUMMARY, [], [])

if __name__ == "__main__":
    main()
