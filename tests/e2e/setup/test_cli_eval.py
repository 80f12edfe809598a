"""`deadstop eval`: a model that knows the answers loses none on the way, and one that does not is found out."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from bench.questions import QUESTIONS
from tests.e2e.cli_runner import PATIENCE_S, deadstop, environment, wait_until
from tests.harness.servers import ROOT

KNOWN = QUESTIONS / "known.jsonl"
SIZE = len(KNOWN.read_text().splitlines())


@contextmanager
def served(*arguments: str) -> Iterator[str]:
    """The address of a model's server, a process of its own."""
    process = subprocess.Popen([sys.executable, "-m", *arguments], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        readable, _, _ = select.select([process.stdout], [], [], PATIENCE_S)
        assert readable, "the model's server did not begin"
        yield json.loads(process.stdout.readline())["url"]
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_S)


def test_a_model_that_knows_the_answers_is_always_right(tmp_path: Path, temporary: Path) -> None:
    report = tmp_path / "report.html"
    with served("tests.fakes.perfect", str(KNOWN)) as url:
        done = deadstop(
            tmp_path, "eval", str(KNOWN), "--json", "-o", str(report), "--model", "m", DEADSTOP_LLM__BASE_URL=url
        )
    assert done.returncode == 0, done.stderr + done.stdout
    found = json.loads(done.stdout)
    assert found["models"]["m"]["verdicts"] | {"right": 0} == dict.fromkeys(found["models"]["m"]["verdicts"], 0)
    assert found["models"]["m"]["verdicts"]["right"] == SIZE
    assert found["models"]["m"]["model_calls"] == 5 * (SIZE - 1) + 2, "asking back takes two turns and no words"
    assert [one["line"] for one in found["outcomes"]] == list(range(1, SIZE + 1))
    assert "<td>100.0%</td>" in report.read_text()
    assert list(temporary.iterdir()) == []


def requests_of(url: str) -> list[dict[str, Any]]:
    """What the model's server has been asked."""
    with urlopen(f"{url}/requests", timeout=PATIENCE_S) as answer:
        found: list[dict[str, Any]] = json.loads(answer.read())
    return found


def test_nothing_more_is_asked_once_it_has_cost_enough(tmp_path: Path, temporary: Path) -> None:
    config = tmp_path / "my.toml"
    config.write_text("[llm.prices]\nm = { input = 1.0, output = 0.0 }\n")
    limits = ("--at-once", "1", "--max-cost", "0.0006", "--model", "m")
    with served("tests.fakes.perfect", str(KNOWN)) as url:
        done = deadstop(
            *(tmp_path, "eval", str(KNOWN), "--json", *limits, "--config", str(config)), DEADSTOP_LLM__BASE_URL=url
        )
        asked = requests_of(url)
    assert done.returncode == 1, done.stderr + done.stdout
    found = json.loads(done.stdout)
    assert (found["whole"], "--max-cost is 0.0006" in found["why"]) == (False, True)
    assert [one["line"] for one in found["outcomes"]] == [1, 2]
    assert [one["verdict"] for one in found["outcomes"]] == ["right", "right"]
    assert sum(one["model_calls"] for one in found["outcomes"]) == len(asked)
    assert found["models"]["m"]["cost_usd"] >= 0.0006
    assert list(temporary.iterdir()) == []


def test_what_is_done_is_reported_when_it_is_stopped(tmp_path: Path, temporary: Path) -> None:
    """As a terminal's Ctrl-C does it, to the whole group."""
    questions, report = tmp_path / "mine.jsonl", tmp_path / "report.json"
    lines = [{"question": "SELECT 1 AS n", "rows": [[1]]}, {"question": "Who is late?", "rows": [[2]]}] * 2
    questions.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    with served("tests.fakes.messages_server", "--script", "stall", "--delay-s", "0") as url:
        process = subprocess.Popen(
            [sys.executable, "-m", "ops", "eval", str(questions), "--at-once", "1", "-o", str(report)],
            cwd=tmp_path,
            env=environment(DEADSTOP_LLM__BASE_URL=url, DEADSTOP_LLM__TOOLS="false"),
            start_new_session=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            wait_until(lambda: len(requests_of(url)) == 2, "the second question was not asked")
            os.killpg(process.pid, signal.SIGINT)
            out, err = process.communicate(timeout=PATIENCE_S)
        finally:
            process.kill()
        wait_until(lambda: requests_of(url)[-1]["left_at"] is not None, "the model's connection was not closed")
    assert process.returncode == 130, err
    assert b"broken off: stopped" in out
    found = json.loads(report.read_text())
    assert (found["whole"], found["why"]) == (False, "stopped")
    assert [(one["line"], one["verdict"]) for one in found["outcomes"]] == [(1, "right")]
    assert list(temporary.iterdir()) == []
