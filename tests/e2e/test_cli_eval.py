"""`deadstop eval`: a model that knows the answers loses none on the way, and one that does not is found out."""

import json
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.questions import QUESTIONS
from tests.e2e.cli_runner import PATIENCE_S, deadstop
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
