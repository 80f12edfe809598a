"""A node as a place: each report counts once and in its turn, and what a broken line may have lost is said again."""

from dataclasses import dataclass, field

from bus.contract.vocabulary import Proof, Reason
from supervisor.lifecycle.kill_ladder import Step
from supervisor.nodes.line import (
    Do,
    Exited,
    LineMessage,
    NodeReport,
    NumberedReport,
    Outdated,
    Reaped,
    Seen,
    Serves,
    Spawn,
    Spawned,
)
from supervisor.nodes.remote_place import RemotePlace
from supervisor.places.capacity import Capacity, Demand
from supervisor.places.place import Gone, Sample


@dataclass
class Heard:
    """A listener that keeps what it hears."""

    words: list[object] = field(default_factory=list)

    def spawned(self, worker_id: str, pid: int) -> None:
        self.words.append(("spawned", worker_id, pid))

    def control(self, frame: bytes) -> None:
        self.words.append(frame)

    def said(self, frames: list[bytes]) -> None:
        self.words.append(frames)

    def sampled(self, worker_id: str, sample: Sample) -> None:
        self.words.append(sample)

    def overcrowded(self, worker_id: str, reason: Reason, words: str) -> None:
        self.words.append(("overcrowded", worker_id, f"{reason}: {words}"))

    def exited(self, worker_id: str) -> None:
        self.words.append(("exited", worker_id))

    def gone(self, worker_id: str, gone: Gone) -> None:
        self.words.append(("gone", worker_id, gone))


@dataclass
class Placed:
    heard: Heard = field(default_factory=Heard)
    sent: list[LineMessage] = field(default_factory=list)
    place: RemotePlace = field(init=False)

    def __post_init__(self) -> None:
        self.place = RemotePlace("gpu-1", Capacity(2), lambda _: Demand(), self.sent.append, self.heard)
        self.place.spawn("w1", "sql", b"token")

    def report(self, number: int, report: NodeReport) -> None:
        self.place.reported(NumberedReport(number, report))


def test_a_report_that_comes_twice_counts_once() -> None:
    placed = Placed()
    for _ in range(2):
        placed.report(1, Spawned("w1", 7))
    assert placed.heard.words == [("spawned", "w1", 7)]
    assert placed.sent[-2:] == [Seen(1), Seen(1)]


def test_a_report_that_overtakes_another_waits_until_it_comes_again() -> None:
    placed = Placed()
    placed.report(2, Exited("w1"))
    assert (placed.heard.words, placed.sent[-1]) == ([], Seen(0))
    placed.report(1, Spawned("w1", 7))
    placed.report(2, Exited("w1"))
    assert placed.heard.words == [("spawned", "w1", 7), ("exited", "w1")]


def test_a_worker_that_is_not_known_to_run_is_spawned_again_when_the_line_stands_again() -> None:
    placed = Placed()
    placed.place.assigned("w1", "job")
    placed.sent.clear()
    placed.place.connected_again()
    assert placed.sent == [Spawn("w1", "sql", b"token"), Serves("w1", "job")]
    placed.report(1, Spawned("w1", 7))
    placed.sent.clear()
    placed.place.connected_again()
    assert placed.sent == [Serves("w1", "job")]


def test_a_job_takes_a_slot_until_nothing_of_its_worker_is_left() -> None:
    placed = Placed()
    assert placed.place.free == 2  # a warm worker takes none
    placed.place.assigned("w1", "job")
    placed.report(1, Exited("w1"))
    assert (placed.place.free, placed.place.lives("w1")) == (1, False)
    placed.report(2, Reaped("w1", "exited with status 0", True, {"stderr": ""}))
    assert placed.place.free == 2
    assert placed.heard.words[-1] == ("gone", "w1", Gone("exited with status 0", Proof.NODE_REAPED, {"stderr": ""}))


def test_a_worker_that_could_not_be_started_is_gone_without_a_proof() -> None:
    placed = Placed()
    placed.report(1, Reaped("w1", "could not be started", False, {}))
    assert placed.heard.words == [("gone", "w1", Gone("could not be started"))]


def test_with_its_node_everything_ends_at_once_and_nothing_is_said_to_it_any_more() -> None:
    placed = Placed()
    placed.place.spawn("w2", "sql", b"other")
    placed.report(1, Exited("w2"))
    placed.place.lost(Proof.LEASE, "its node is silent")
    gone = Gone("its node is silent", Proof.LEASE, with_its_node=True)
    assert placed.heard.words == [("exited", "w2"), ("exited", "w1"), ("gone", "w1", gone), ("gone", "w2", gone)]
    placed.sent.clear()
    placed.place.do("w1", Step.KILL)
    placed.place.tell("w1", b"late")
    assert placed.sent == []


def test_steps_are_sent_and_what_is_outdated_is_known() -> None:
    placed = Placed()
    placed.place.do("w1", Step.KILL)
    assert placed.sent[-1] == Do("w1", Step.KILL)
    assert not placed.place.outdated("w1")
    placed.report(1, Outdated("w1"))
    assert placed.place.outdated("w1")
