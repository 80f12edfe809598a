"""Deadstop from a program without an event loop: the same client, whose loop runs in a thread of its own."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Coroutine, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, Unpack

from bus.contract.catalog import Catalog
from bus.wire.outside import CompleteData, OutsideJob
from deadstop.client.asynchronous import Asking, AsyncClient, AsyncJob
from deadstop.client.events import Ending, Event
from deadstop.client.http import PATIENCE_S

T = TypeVar("T")


class Client:
    """As `AsyncClient`, without `await`: `with Client("http://127.0.0.1:8642", token) as client`. Works also where a
    loop runs already, in a notebook for example."""

    def __init__(self, url: str, token: str = "", *, patience_s: float = PATIENCE_S) -> None:
        self._loop = _Loop()
        self._client = AsyncClient(url, token, patience_s=patience_s)

    def __repr__(self) -> str:
        return f"<Client of {self._client!r}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections. Jobs run on."""
        if not self._loop.closed:
            self._loop.run(self._client.close())
            self._loop.close()

    def ask(self, question: str, **how: Unpack[Asking]) -> "Job":
        """As `AsyncClient.ask`."""
        return Job(self._loop, self._loop.run(self._client.ask(question, **how)))

    def job(self, job_id: str) -> "Job":
        """As `AsyncClient.job`."""
        return Job(self._loop, self._loop.run(self._client.job(job_id)))

    def jobs(self, *, user: str = "", state: str = "", ended: bool = False) -> list[OutsideJob]:
        """As `AsyncClient.jobs`."""
        return self._loop.run(self._client.jobs(user=user, state=state, ended=ended))

    def catalog(self) -> Catalog | None:
        """As `AsyncClient.catalog`."""
        return self._loop.run(self._client.catalog())


class Job:
    """As `AsyncJob`, without `await`. Its methods may be called from several threads: one iterates, another stops."""

    def __init__(self, loop: "_Loop", job: AsyncJob) -> None:
        self._loop = loop
        self._job = job
        self.id = job.id
        self.session_id = job.session_id
        self.conversation_id = job.conversation_id
        self.question = job.question

    def __repr__(self) -> str:
        return f"<Job {self.id} {self.question[:40]!r}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.run(self._job.__aexit__(kind, error, trace))

    def __iter__(self) -> Iterator[Event]:
        return self.events()

    def events(self, after: int = 0) -> Iterator[Event]:
        """As `AsyncJob.events`."""
        batches = self._job.batches(after)
        try:
            while events := self._loop.run(_next(batches)):
                yield from events
        finally:
            self._loop.run(batches.aclose())

    def end(self) -> Ending:
        """As `AsyncJob.end`."""
        return self._loop.run(self._job.end())

    def result(self) -> CompleteData:
        """As `AsyncJob.result`."""
        return self._loop.run(self._job.result())

    def stop(self, *, now: bool = False, reason: str = "") -> Ending:
        """As `AsyncJob.stop`."""
        return self._loop.run(self._job.stop(now=now, reason=reason))

    def record(self) -> dict[str, Any]:
        """As `AsyncJob.record`."""
        return self._loop.run(self._job.record())

    def download(self, kind: str = "parquet") -> bytes:
        """As `AsyncJob.download`."""
        return self._loop.run(self._job.download(kind))

    def save(self, path: str | Path) -> None:
        """As `AsyncJob.save`."""
        self._loop.run(self._job.save(path))


class _Loop:
    """An event loop in a thread that ends with the program."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="deadstop-client", daemon=True)
        self._thread.start()

    @property
    def closed(self) -> bool:
        return self._loop.is_closed()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The work's result, or what it raises; interrupted (Ctrl-C), the work is cancelled."""
        if self.closed:
            work.close()
            raise RuntimeError("this client is closed")
        running = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return running.result()
        except BaseException:
            running.cancel()
            raise

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _next(batches: AsyncGenerator[list[Event], None]) -> list[Event]:
    return await anext(batches, [])
