"""`top`: what keys do, and what stands on the screen."""

import io
from typing import Any

import pytest
from rich.console import Console

from bus.contract.vocabulary import Rung, State
from bus.wire.outside import OutsideJob
from bus.wire.replies import Stats
from ops.top.key_names import keys_in
from ops.top.screen import KEYS, picture
from ops.top.state import PendingStop, TopState

FIGURES = Stats({}, {"log_writable": 1.0, "max_running": 8.0})


def a_job(job_id: str, **facts: Any) -> OutsideJob:
    given: dict[str, Any] = {
        "job_id": job_id,
        "session_id": "s",
        "user": "alice",
        "agent": "parquet",
        "query": f"question of {job_id}",
        "conversation_id": "",
        "state": State.RUNNING,
        "reason": None,
        "created_at": 1000.0,
        "started_at": 1001.0,
        "ended_at": None,
        "pid": 1,
        "seq": 3,
        "rung": None,
        "rows": 0,
        "memory_bytes": 0,
        "cpu_s": 0.0,
        "detached": False,
        "node": "",
    }
    return OutsideJob(**given | facts)


def with_jobs(*jobs: OutsideJob) -> TopState:
    model = TopState()
    model.update(list(jobs), FIGURES, 0.0)
    return model


def screen(model: TopState, width: int = 100, height: int = 20) -> list[str]:
    out = io.StringIO()
    console = Console(file=out, width=width, height=height, markup=False, highlight=False, emoji=False)
    console.print(picture(model, "here", 1010.0, width, height))
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_the_selection_moves_and_stays_within_the_list() -> None:
    model = with_jobs(a_job("a1"), a_job("b2"), a_job("c3"))
    for key, chosen in [("up", "a1"), ("down", "b2"), ("end", "c3"), ("down", "c3"), ("page_up", "a1")]:
        model.press(key)
        assert model.chosen is not None
        assert model.chosen.job_id == chosen


def test_the_selection_stays_with_its_job_and_else_in_its_place() -> None:
    model = with_jobs(a_job("a1"), a_job("b2"), a_job("c3"))
    model.press("down")
    model.update([a_job("new"), a_job("a1"), a_job("b2"), a_job("c3")], FIGURES, 1.0)
    assert model.chosen == a_job("b2")
    model.update([a_job("new"), a_job("a1")], FIGURES, 2.0)
    assert model.chosen == a_job("a1")


def test_without_jobs_there_is_nothing_to_stop() -> None:
    model = with_jobs()
    assert model.press("k") is None
    assert (model.chosen, model.asking) == (None, None)


@pytest.mark.parametrize(("key", "rung"), [("k", Rung.CANCEL), ("K", Rung.KILL)])
def test_a_stop_is_asked_about_first(key: str, rung: Rung) -> None:
    model = with_jobs(a_job("a1"))
    assert model.press(key) is None
    assert model.press("y") == PendingStop(a_job("a1"), rung)
    assert model.asking is None
    model.press(key)
    assert model.press(key) is None
    assert (model.said, model.asking, model.quit) == ("not stopped", None, False)


def test_a_job_that_ends_while_it_is_asked_about_is_not_stopped() -> None:
    model = with_jobs(a_job("a1"))
    model.press("k")
    model.update([], FIGURES, 1.0)
    assert model.press("y") is None
    assert model.said == "a1 has ended meanwhile"


@pytest.mark.parametrize("key", ["q", "Q", "esc"])
def test_quitting(key: str) -> None:
    model = with_jobs()
    model.press(key)
    assert model.quit


def test_the_share_of_the_processor_is_that_since_the_last_look() -> None:
    model = with_jobs(a_job("a1", cpu_s=10.0))
    model.update([a_job("a1", cpu_s=11.0), a_job("b2", cpu_s=5.0)], FIGURES, 2.0)
    assert model.cpu_shares == {"a1": 0.5}


def test_the_screen() -> None:
    model = with_jobs(a_job("aaaaaaaa", rows=1200, memory_bytes=3 << 20), a_job("bbbbbbbb", state=State.QUEUED))
    lines = screen(model)
    assert lines[0].startswith("deadstop top   here   0 running of 8")
    assert lines[2].split() == ["JOB", "STATE", "USER", "AGE", "CPU", "MEM", "ROWS", "QUESTION"]
    assert " ".join(lines[3].split()) == "aaaaaa running alice 10s 3.0 MiB 1,200 question of aaaaaaaa"
    assert lines[4].split()[:3] == ["bbbbbb", "queued", "alice"]
    assert lines[-1] == KEYS
    model.press("K")
    assert screen(model)[-2] == "kill at once aaaaaa of alice? y does it, any other key does not"
    model.press("n")
    model.lost("nobody answers")
    assert screen(model)[-2] == "nobody answers"


def test_the_selected_job_is_on_the_screen_however_long_the_list() -> None:
    model = with_jobs(*(a_job(f"{number:08d}") for number in range(200)))
    for _ in range(150):
        model.press("down")
    lines = screen(model, width=60, height=12)
    assert len(lines) <= 12
    assert any(line.startswith("00000150") for line in lines)
    assert all(len(line) <= 60 for line in lines)


def test_hostile_questions_cannot_steer_the_terminal() -> None:
    model = with_jobs(a_job("a1", query="\x1b[2Jhello\x07", user="\x1b]0;x"))
    assert not [line for line in screen(model) if "\x1b[2J" in line or "\x07" in line]


def test_keys() -> None:
    assert keys_in("k\x1b[A\x1bOBq") == ["k", "up", "down", "q"]
    assert keys_in("\x1b") == ["esc"]
    assert keys_in("\x1b[15~\x1b[5~\r") == ["page_up", "enter"]


def test_where_a_job_runs_stands_there_once_one_runs_on_a_node() -> None:
    here = a_job("a1")
    assert "NODE" not in "\n".join(screen(with_jobs(here)))
    lines = screen(with_jobs(here, a_job("b2", node="gpu-1")))
    head, first, second = (next(line for line in lines if line.startswith(name)) for name in ("JOB", "a1", "b2"))
    assert "gpu-1" not in first
    assert second.index("gpu-1") == head.index("NODE")
