"""`deadstop load`: a short one against its own server breaks no invariant, and its checks find what is broken."""

import json
import subprocess
from pathlib import Path

import pytest

from ops.load.entry import OWN_MIX, read_mix
from ops.load.plan import LoadPlan, Proportions, Visit, visits
from ops.load.streams import Broken, FollowedStream
from ops.load.wire import WireChunk, WireData, WireEvent
from tests.e2e.cli_runner import Server, deadstop

VISIT = Visit(0.0, 0, "chats", "1 0.1", "stays", 0.0)


def run_load(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return deadstop(folder, "load", *arguments)


def test_a_short_load_breaks_no_invariant(tmp_path: Path) -> None:
    page = tmp_path / "load.html"
    # The bound on stops is far above the ladder's second: this machine runs other tests as well.
    shape = ("--clients", "12", "--seconds", "5", "--think", "3", "--jobs", "10", "--stop-within", "100")
    shares = ("--stops", "0.3", "--leaves", "0.1", "--reloads", "0.1", "--dawdles", "0.1")
    run = run_load(tmp_path, *shape, *shares, "--page", str(page), "--json")
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    report = json.loads(run.stdout)
    assert report["broken"] == 0, report["broken_told"]
    assert report["questions"] == sum(report["ends"].values()) == len(visits_of(report["plan"]))
    assert report["ends"].keys() <= {"agent_complete", "agent_killed"}
    assert report["ends"]["agent_complete"] > 0
    assert report["ends"]["agent_killed"] > 0
    assert report["chunks"] > 0
    assert page.read_text().count("<svg") == 4


def visits_of(plan: dict[str, object]) -> list[Visit]:
    """The same questions again, from what the report says of its plan."""
    shares = plan["shares"]
    assert isinstance(shares, dict)
    return visits(LoadPlan(**{**plan, "shares": Proportions(**shares)}))  # type: ignore[arg-type]


def test_a_server_that_runs_is_loaded_through_its_address(server: Server, tmp_path: Path) -> None:
    shape = ("--clients", "5", "--seconds", "2", "--think", "2", "--mix", "sql", "--stop-within", "100")
    run = run_load(tmp_path, "--url", server.url, *shape, "--json")
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    report = json.loads(run.stdout)
    assert report["ends"].keys() <= {"agent_complete", "agent_killed"}
    assert report["peak_memory_mib"] == 0


def test_another_machine_is_not_loaded_unless_its_owner_says_so(tmp_path: Path) -> None:
    run = run_load(tmp_path, "--url", "http://192.0.2.1:8642")
    assert run.returncode == 2
    assert "--i-own-this-server" in run.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--clients", "5001"), "at most 5,000"),
        (("--seconds", "3601"), "at most 3,600"),
        (("--clients", "0"), "--clients is 0"),
        (("--think", "0"), "--think is 0"),
        (("--mix", "nobody=1"), "nobody"),
        (("--mix", "chats=many"), "no weight"),
        (("--jobs", "1001"), "at most 1,000"),
    ],
)
def test_a_load_is_bounded(tmp_path: Path, arguments: tuple[str, str], words: str) -> None:
    run = run_load(tmp_path, *arguments)
    assert run.returncode == 2
    assert words in run.stderr


def test_the_same_seed_asks_the_same_at_the_same_times() -> None:
    plan = LoadPlan(20, 10.0, 2.0, read_mix(OWN_MIX, own=True), Proportions(), 7, 3.0)
    asked = visits(plan)
    assert asked == visits(plan)
    assert asked == sorted(asked, key=lambda visit: visit.at)
    assert all(visit.behaviour.startswith("stops") for visit in asked if visit.agent == "hangs")


def a_stream(*events: tuple[str, int]) -> FollowedStream:
    stream = FollowedStream("s", VISIT, 0.0, Broken(), asked_at=0.0)
    for at, (event, seq) in enumerate(events, 1):
        stream.take(WireEvent(event, WireData("s", seq=seq, chunk=WireChunk("response_chunk", "x"))), float(at))
    return stream


WHOLE = (("agent_accepted", 1), ("agent_chunk", 2), ("agent_complete", 3))


@pytest.mark.parametrize(
    ("events", "broken"),
    [
        (WHOLE, False),
        (WHOLE[::2], True),
        ((WHOLE[0], WHOLE[1], WHOLE[1], WHOLE[2]), True),
        ((*WHOLE, ("agent_killed", 4)), True),
    ],
    ids=["whole", "gap", "repeat", "two ends"],
)
def test_broken_streams_are_noticed(events: tuple[tuple[str, int], ...], broken: bool) -> None:
    assert bool(a_stream(*events).broken.count) == broken


def test_a_reloaded_page_sees_everything_again_and_counts_it_once() -> None:
    stream = a_stream(*WHOLE[:2])
    stream.start_again()
    for event, seq in WHOLE:
        stream.take(WireEvent(event, WireData("s", seq=seq, chunk=WireChunk("response_chunk", "x"))), 9.0)
    assert (stream.broken.count, stream.chunks, stream.end) == (0, 1, "agent_complete")


@pytest.mark.parametrize(("bound_s", "broken"), [(5.0, 0), (1.0, 1)])
def test_a_late_proof_is_noticed(bound_s: float, broken: int) -> None:
    stream = a_stream(*WHOLE[:2])
    stream.stop_asked_at = 2.0
    stream.take(WireEvent("agent_killed", WireData("s", seq=3, rung="kill")), 4.0)
    stream.check_stop(bound_s)
    assert stream.broken.count == broken
