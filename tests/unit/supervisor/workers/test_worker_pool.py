"""Which worker a message is of, and which listener hears of it."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from bus.address import make_address, make_runtime_folder
from bus.contract.events import Status, Usage
from bus.contract.settings import Settings
from bus.contract.vocabulary import Reason
from bus.system.orphans import children
from bus.transport.channel import Channel
from bus.transport.codec import encode
from bus.transport.sockets import connect_dealer, connect_worker_publisher, new_context
from bus.wire.worker import AnyWorkerMessage, DataChanged, EventBatch, Heartbeat, Ready
from supervisor.places.local_place import LocalPlace
from supervisor.processes.containment.sweep import Sweep
from supervisor.processes.spawner import Spawner
from supervisor.storage.store import Store
from supervisor.workers.worker import Worker
from supervisor.workers.worker_pool import WorkerPool
from supervisor.workers.worker_table import WorkerTable
from tests.harness.servers import eventually

EVENTS = encode([Status("hello")])


class CarefulSpawner(Spawner):
    """Counts the children that the tests' process had before as its own: what is not is killed as an orphan."""

    _before: frozenset[int] = frozenset()

    @property
    def own_children(self) -> set[int]:
        return super().own_children | self._before

    def spare_those_of_now(self) -> None:
        self._before = frozenset(children(os.getpid()))


@dataclass
class Heard:
    """A listener that keeps what it hears."""

    words: list[str] = field(default_factory=list)

    def worker_ready(self, worker: Worker) -> None:
        self.words.append("ready")

    def worker_heard(self, worker: Worker, heartbeat: Heartbeat) -> None:
        self.words.append(f"heard begun={heartbeat.begun}")

    def model_noted(self, worker: Worker, note: str) -> None:
        self.words.append(f"note {note}")

    def data_changed(self, worker: Worker, fingerprint: str) -> None:
        self.words.append(f"data {fingerprint}")

    def on_worker_message(self, worker: Worker, message: AnyWorkerMessage) -> None:
        self.words.append(f"event {message.first}")

    def exceeded(self, worker: Worker, reason: Reason, words: str) -> None:
        self.words.append(f"exceeded {reason}")

    def overcrowded(self, worker: Worker, reason: Reason, words: str) -> None:
        self.words.append(f"overcrowded {reason}")

    def worker_exited(self, worker: Worker) -> None:
        self.words.append("exited")

    def worker_gone(self, worker: Worker, exit_words: str) -> None:
        self.words.append(f"gone {exit_words}")


@dataclass
class Running:
    """A pool, and the two lines on which a test speaks to it as a worker does."""

    pool: WorkerPool
    control: Channel
    events: Channel

    def say(self, message: Ready | Heartbeat | DataChanged) -> None:
        self.control.send([encode(message)])

    def send(self, token: bytes, first: int) -> None:
        self.events.send([encode(EventBatch(token, first, Usage(), EVENTS, count=1))])


@asynccontextmanager
async def running_pool(tmp_path: Path) -> AsyncIterator[Running]:
    context, store, subscribed = new_context(), Store(tmp_path), asyncio.Event()
    address, spawner = make_address(tmp_path, ""), CarefulSpawner([], {}, Sweep)
    spawner.spare_those_of_now()
    runtime = make_runtime_folder(Path(address.runtime_dir))
    settings = Settings()
    table = WorkerTable()
    pool = WorkerPool(settings, table, LocalPlace(settings, spawner, store, (context, address), table))
    control = Channel(connect_dealer(context, address.control), lambda _: None)
    events = Channel(connect_worker_publisher(context, address.collector), lambda _: subscribed.set())
    await subscribed.wait()
    try:
        yield Running(pool, control, events)
    finally:
        for pid in super(CarefulSpawner, spawner).own_children:
            os.kill(pid, signal.SIGKILL)
        await eventually(lambda: not pool.workers, "every worker is given up with its fork server")
        spawner.close()
        for line in (control, events, pool):
            line.close()
        context.term()
        store.close()
        shutil.rmtree(runtime)


@pytest_asyncio.fixture
async def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Running]:
    """Its fork server starts and never answers, so that no worker gets a process."""
    silent = tmp_path / "silent"
    silent.write_text("#!/bin/sh\nexec sleep 1000\n")
    silent.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(silent))
    async with running_pool(tmp_path) as running:
        yield running


async def test_each_message_reaches_the_listener_of_its_worker(running: Running) -> None:
    mine, others = Heard(), Heard()
    worker, other = (running.pool.get("parquet", name, heard) for name, heard in (("a", mine), ("b", others)))
    running.say(Ready(worker.token))
    running.say(DataChanged(worker.token, "f00d"))
    running.say(Heartbeat(worker.token, True))
    await eventually(lambda: len(mine.words) == 3, "all three are heard")
    assert mine.words == ["ready", "data f00d", "heard begun=True"]
    running.send(other.token, 1)
    await eventually(lambda: others.words, "the event is heard")
    assert others.words == ["event 1"]
    assert (worker.ready, other.ready) == (True, False)


async def test_a_heartbeat_stands_in_for_a_lost_ready(running: Running) -> None:
    heard = Heard()
    running.say(Heartbeat(running.pool.get("parquet", "a", heard).token, False))
    await eventually(lambda: heard.words, "the heartbeat is heard")
    assert heard.words == ["ready"]


async def test_an_event_that_comes_twice_or_too_early_is_heard_once_and_in_order(running: Running) -> None:
    heard = Heard()
    token = running.pool.get("parquet", "a", heard).token
    for first in (1, 3, 1, 2, 3):
        running.send(token, first)
    await eventually(lambda: "event 3" in heard.words, "the last is heard")
    assert heard.words == ["event 1", "event 2", "event 3"]


async def test_what_no_worker_has_sent_is_counted_and_ignored(running: Running) -> None:
    heard = Heard()
    worker = running.pool.get("parquet", "a", heard)
    running.control.send([b"garbage"])
    running.say(Ready(b"another token"))
    running.events.send([b"garbage"])
    running.send(b"another token", 1)
    running.events.send([worker.token, b"two frames"])
    await eventually(lambda: running.pool.stray_messages == 5, "each is counted")
    assert heard.words == []


async def test_a_worker_without_a_job_may_say_what_it_likes(running: Running) -> None:
    running.pool.keep_warm("parquet")
    await eventually(lambda: running.pool.workers, "one is requested")
    worker, *_ = running.pool.workers
    running.say(Ready(worker.token))
    await eventually(lambda: running.pool.warm == 1, "it is warm")
    running.send(worker.token, 1)
    await eventually(lambda: worker.dropped == 1, "its event is dropped")
    heard = Heard()
    assert running.pool.get("parquet", "a", heard) is worker
    assert (running.pool.warm, worker.job_id, heard.words) == (0, "a", [])


async def test_a_worker_that_cannot_be_started_is_gone_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "missing"))
    async with running_pool(tmp_path) as running:
        heard = Heard()
        running.pool.get("parquet", "a", heard)
        await eventually(lambda: heard.words, "its listener hears of it")
        (words,) = heard.words
        assert words.startswith("gone could not be started ([Errno 2] No such file or directory")
        assert running.pool.workers == []


async def test_a_closed_pool_gives_no_worker(running: Running) -> None:
    running.pool.close()
    with pytest.raises(RuntimeError, match="the pool is closed"):
        running.pool.get("parquet", "a", Heard())
