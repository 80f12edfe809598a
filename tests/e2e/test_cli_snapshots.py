"""What each command prints for people, held by the readable files in `snapshots/`: at 100 columns, without colours.

Where an output is meant to change, `DEADSTOP_WRITE_SNAPSHOTS=1 .venv/bin/pytest tests/e2e/test_cli_snapshots.py` writes
the files anew; read the difference before you commit it.
"""

import os
import subprocess
from pathlib import Path

import pytest

from bus.contract.vocabulary import Rung
from tests.e2e.cli_runner import Server, deadstop, job, serving, wait_until
from tests.e2e.snapshot_text import examined, misplaced, normalised
from tests.harness.graces import ending_on

SNAPSHOTS = Path(__file__).parent / "snapshots"
WRITE = os.environ.get("DEADSTOP_WRITE_SNAPSHOTS") == "1"
WIDTH = 100
SURROUNDINGS = {"COLUMNS": str(WIDTH), "NO_COLOR": "1", "LOGNAME": "olga", "ANTHROPIC_API_KEY": ""}
QUESTION = "average departure delay by month"
BY_STATE = "select state, count(*) as jobs from jobs group by state order by state"
TABLES = {"ask", "ps", "ps-all", "history", "history-sql", "token-list"}
STRETCHED = {"ps", "ps-all", "history", "token-list"}
"""Those whose columns are as wide as what differs from run to run."""
CUT_TO_WIDTH = {*TABLES, "tail", "tail-stopped", "timeline", "timeline-stopped", "stats", "drain-help", "kill-help"}
NAMES = [
    *(
        "ps-none",
        "ask",
        "ask-sql",
        "ask-back",
        "ask-failed",
        "ps",
        "kill-dry-run",
        "kill",
        "kill-ended",
        "kill-unknown",
    ),
    *(
        "show-running",
        "stats",
        "ps-all",
        "kill-all",
        "kill-none",
        "show",
        "show-stopped",
        "timeline",
        "timeline-stopped",
    ),
    *("tail", "tail-stopped", "history", "history-sql", "token-create", "token-list", "token-revoke", "doctor"),
    *("kill-help", "drain-help", "drain"),
]

Done = subprocess.CompletedProcess[str]

pytestmark = pytest.mark.timeout(600)  # the first waits for all commands, one after the other


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Done]:
    """What each command printed, by the name of its snapshot, in the course of one server's life."""
    done: dict[str, Done] = {}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SURROUNDINGS.items():
            patch.setenv(name, value)
        with serving(tmp_path_factory.mktemp("snapshots"), config=ending_on(Rung.TERMINATE)) as server:
            _ask(server, done)
            answered = next(item["job_id"] for item in server.objects("ps", "--all") if item["query"] == QUESTION)
            stopped = _stop(server, done)
            _look_back(server, done, answered, stopped)
        for verb in ("kill", "drain"):
            done[f"{verb}-help"] = deadstop(server.folder, verb, "--help")
    return done


def _ask(server: Server, done: dict[str, Done]) -> None:
    wait_until(lambda: not server.objects("ps"), "the server has read its catalog")
    done["ps-none"] = server.run("ps")
    done["ask"] = server.run("ask", QUESTION)
    done["ask-sql"] = server.run("ask", "select 42 as answer, 'a' as letter")
    done["ask-back"] = server.run("ask", "how many flurbs per zorgle")
    done["ask-failed"] = server.run("ask", "go", "--agent", "raises")


def _stop(server: Server, done: dict[str, Done]) -> str:
    """Look at two jobs that run, and stop them; returns the id of the one that did not want to."""
    with job(server, "sleeps", "sleep") as (running, _), job(server, "swallows_cancel", "stay") as (stopped, _):
        done["ps"] = server.run("ps")
        done["kill-dry-run"] = server.run("kill", "--all", "--dry-run")
        done["show-running"] = server.run("show", running)
        done["kill"] = server.run("kill", stopped, "--reason", "it takes too long")
        done["kill-ended"] = server.run("kill", stopped)
        done["kill-unknown"] = server.run("kill", "000000000000")
        done["stats"] = server.run("stats")
        done["ps-all"] = server.run("ps", "--all")
        done["kill-all"] = server.run("kill", "--all", "--now")
        done["kill-none"] = server.run("kill", "--all")
    return stopped


def _look_back(server: Server, done: dict[str, Done], answered: str, stopped: str) -> None:
    for suffix, job_id in (("", answered), ("-stopped", stopped)):
        done[f"show{suffix}"] = server.run("show", job_id)
        done[f"timeline{suffix}"] = server.run("show", "--timeline", job_id)
        done[f"tail{suffix}"] = server.run("tail", job_id)
    done["history"] = server.run("history")
    done["history-sql"] = server.run("history", BY_STATE)
    done["token-create"] = server.run("token", "create", "ann")
    done["token-list"] = server.run("token", "list")
    done["token-revoke"] = server.run("token", "revoke", "ann")
    done["doctor"] = server.run("doctor")
    done["drain"] = server.run("drain")
    assert server.program.end() == (0, "")


@pytest.mark.parametrize("name", NAMES)
def test_people_read(printed: dict[str, Done], name: str) -> None:
    done = printed[name]
    if name in TABLES:
        assert not misplaced(done.stdout), done.stdout
    if name in CUT_TO_WIDTH:
        assert max(len(line.rstrip()) for line in done.stdout.splitlines()) <= WIDTH, done.stdout
    text = _text(name, done)
    path = SNAPSHOTS / f"{name}.txt"
    if WRITE:
        path.write_text(text)
    assert text == path.read_text(), f"{path.name} is not what is printed any more: {done.stdout}{done.stderr}"


def test_each_snapshot_is_of_a_command(printed: dict[str, Done]) -> None:
    assert sorted(printed) == sorted(NAMES) == sorted(path.stem for path in SNAPSHOTS.glob("*.txt"))


def _text(name: str, done: Done) -> str:
    """Standard output, and then what went to standard error and the exit code where there is any."""
    out = examined(done.stdout) if name == "doctor" else done.stdout
    narrated = f"--- narrated\n{done.stderr}" if done.stderr else ""
    failed = f"--- exit code {done.returncode}\n" if done.returncode and name != "doctor" else ""
    return normalised(out, table=name in STRETCHED) + normalised(narrated + failed)
