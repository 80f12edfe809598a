"""`deadstop stats`: the figures of a running server, the same through the bus and over HTTP."""

import json
import re
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.e2e.cli_runner import PATIENCE_S, Server, deadstop, job

CONFIG = ""
"""A server of its own: what has ended on it is counted."""

MANUAL = (Path(__file__).parents[3] / "docs" / "operations.md").read_text().partition("## Figures")[2]

SHAPE = """\
jobs          # running of #, # waiting of #
ended         # succeeded, # failed, # cancelled since the start # ago
stops         none
workers       #, # of them warm; # used
events        #/s, #/s; # since the start
log           #, up to date; # free on its disk
supervisor    # of memory
"""


def masked(text: str) -> str:
    """Every quantity as #; the log is up to date between two batches only."""
    text = re.sub(r"\d+ ms behind", "up to date", text)
    return re.sub(r"[\d,.]+(?: ?(?:ms|[smhd]|[KMG]i?B|B))?(?:\d+[smhd])?\b(?: \d+[smhd]\b)?", "#", text)


def figures(server: Server, target: list[str]) -> dict[str, Any]:
    done = deadstop(server.folder, "stats", "--json", *target)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_what_people_read(server: Server, target: list[str]) -> None:
    done = deadstop(server.folder, "stats", *target)
    assert (done.returncode, done.stderr) == (0, "")
    assert masked(done.stdout) == SHAPE


def test_every_figure_is_a_number_and_explained(server: Server) -> None:
    found = figures(server, ["--state-dir", str(server.state_dir)])
    counted = {name: found.pop(name) for name in ("jobs", "ended", "stops", "first_chunk", "nodes")}
    assert counted["nodes"] == []
    assert counted["ended"] == [{"state": "succeeded", "reason": None, "count": 1}]
    assert set(counted["first_chunk"]) == {"bounds", "counts", "sum_s"}
    assert all(isinstance(value, float | int) for value in found.values())
    assert [name for name in found if f"`{name}`" not in MANUAL] == []


def test_they_follow_what_happens(server: Server, target: list[str]) -> None:
    before = figures(server, target)
    assert (before["running"], before["max_running"], before["log_writable"], before["draining"]) == (0, 8, 1, 0)
    with job(server, "sleeps"), job(server, "hangs_in_http"):
        during = figures(server, target)
        assert during["running"] == 2
        assert during["workers"] >= 2
        assert during["events_total"] > before["events_total"]
        assert during["uptime_s"] >= before["uptime_s"]
        assert during["disk_free_bytes"] > during["log_bytes"] > 0


def test_everything_that_prometheus_reads_is_explained(server: Server) -> None:
    parts = urlsplit(server.url)
    request = urllib.request.Request(f"http://{parts.netloc}/metrics")
    request.add_header("Authorization", f"Bearer {parse_qs(parts.query)['token'][0]}")
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        families = re.findall(r"^# TYPE deadstop_(\w+) ", answer.read().decode(), re.MULTILINE)
    assert {"running", "up", "jobs_ended_total"} <= set(families)
    explained = {name.removeprefix("deadstop_") for name in re.findall(r"`(\w+)(?:\{[\w,]+\})?`", MANUAL)}
    assert [name for name in families if name not in explained] == []


def test_without_a_server(tmp_path: Path) -> None:
    done = deadstop(tmp_path, "stats", "--state-dir", "state")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("deadstop: no supervisor runs for ")
