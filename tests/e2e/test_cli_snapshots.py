"""What each command prints for people, held by the readable files in `snapshots/`: into a pipe at 80 columns, and on a
terminal of 50.

Where an output is meant to change, `DEADSTOP_WRITE_SNAPSHOTS=1 .venv/bin/pytest tests/e2e/test_cli_snapshots.py` writes
the files anew; read the difference before you commit it.
"""

import asyncio
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from bus.client import BusClient
from bus.contract.kept.saved import Parameter, ParameterKind, SavedContent
from bus.contract.vocabulary import Role, Rung
from bus.wire.commands import Caller, SaveQuestion
from bus.wire.replies import QuestionSaved
from tests.e2e.cli_runner import PATIENCE_S, Server, deadstop, environment, job, serving, wait_until
from tests.e2e.snapshot_text import examined, flowing, misplaced, normalised, what_stays
from tests.e2e.terminal import on_terminals
from tests.harness.jobs.graces import ending_on

SNAPSHOTS = Path(__file__).parent / "snapshots"
WRITE = os.environ.get("DEADSTOP_WRITE_SNAPSHOTS") == "1"
SURROUNDINGS = {"NO_COLOR": "1", "LOGNAME": "olga", "ANTHROPIC_API_KEY": ""}
QUESTION = "average departure delay by month"
BY_STATE = "select state, count(*) as jobs from jobs group by state order by state"
TABLES = {"ask", "ps", "ps-all", "history", "history-sql", "token-list", "saved-list", "shares-list", "files-list"}
STRETCHED = {"ps", "ps-all", "history", "token-list", "shares-list"}
"""Those whose columns are as wide as what differs from run to run."""
CUT_TO_WIDTH = {*TABLES - {"ask"}, "tail", "tail-stopped", "timeline", "timeline-stopped", "stats"}
BROKEN_BY_TIMES = {"kill", "kill-all", "kill-ended", "show", "show-running", "show-stopped", "stats", "doctor"}
"""Those in which times stand within sentences."""
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
    *("saved-add", "saved-add-statement", "saved-add-wrong"),
    *("upload", "upload-unreadable", "files-list", "files-delete", "files-none"),
    *("saved-none", "saved-list", "saved-run", "saved-wrong", "saved-unknown"),
    *("share", "share-public", "shares-list", "shares-end", "shares-none"),
    "drain",
]

Done = subprocess.CompletedProcess[str]

pytestmark = pytest.mark.timeout(600)  # the first waits for all commands, one after the other


@dataclass(frozen=True)
class Screen:
    """Where commands print to, and how wide it is."""

    columns: int
    terminal: bool

    @property
    def snapshots(self) -> Path:
        return SNAPSHOTS / f"{'terminal' if self.terminal else 'pipe'}-{self.columns}"

    def run(self, server: Server, *arguments: str) -> Done:
        return self.run_in(server.folder, *arguments, "--state-dir", str(server.state_dir))

    def run_in(self, folder: Path, *arguments: str) -> Done:
        if not self.terminal:
            return deadstop(folder, *arguments, COLUMNS=str(self.columns))
        done = on_terminals(arguments, folder, environment(TERM="xterm-256color"), self.columns, PATIENCE_S)
        done.stdout, done.stderr = what_stays(done.stdout), what_stays(done.stderr)
        return done


@dataclass(frozen=True)
class Printed:
    """What each command printed on a screen, by the name of its snapshot, in the course of one server's life."""

    screen: Screen
    done: dict[str, Done]


@pytest.fixture(
    scope="module", params=[Screen(80, terminal=False), Screen(50, terminal=True)], ids=["pipe", "terminal"]
)
def printed(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Printed:
    screen: Screen = request.param
    done: dict[str, Done] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COLUMNS", raising=False)
        for name, value in SURROUNDINGS.items():
            patch.setenv(name, value)
        with serving(tmp_path_factory.mktemp("snapshots"), config=ending_on(Rung.TERMINATE)) as server:
            _ask(server, screen, done)
            answered = next(item["job_id"] for item in server.objects("ps", "--all") if item["query"] == QUESTION)
            stopped = _stop(server, screen, done)
            _keep(server, screen, done, answered)
            _give(server, screen, done)
            _look_back(server, screen, done, answered, stopped)
    return Printed(screen, done)


def _ask(server: Server, screen: Screen, done: dict[str, Done]) -> None:
    wait_until(lambda: not server.objects("ps"), "the server has read its catalog")
    done["ps-none"] = screen.run(server, "ps")
    done["ask"] = screen.run(server, "ask", QUESTION)
    done["ask-sql"] = screen.run(server, "ask", "select 42 as answer, 'a' as letter")
    done["ask-back"] = screen.run(server, "ask", "how many flurbs per zorgle")
    done["ask-failed"] = screen.run(server, "ask", "go", "--agent", "raises")


def _stop(server: Server, screen: Screen, done: dict[str, Done]) -> str:
    """Look at two jobs that run, and stop them; returns the id of the one that did not want to."""
    with job(server, "sleeps", "sleep") as (running, _), job(server, "swallows_cancel", "stay") as (stopped, _):
        done["ps"] = screen.run(server, "ps")
        done["kill-dry-run"] = screen.run(server, "kill", "--all", "--dry-run")
        done["show-running"] = screen.run(server, "show", running)
        done["kill"] = screen.run(server, "kill", stopped, "--reason", "it takes too long")
        done["kill-ended"] = screen.run(server, "kill", stopped)
        done["kill-unknown"] = screen.run(server, "kill", "000000000000")
        done["stats"] = screen.run(server, "stats")
        done["ps-all"] = screen.run(server, "ps", "--all")
        done["kill-all"] = screen.run(server, "kill", "--all", "--now")
        done["kill-none"] = screen.run(server, "kill", "--all")
    return stopped


def _keep(server: Server, screen: Screen, done: dict[str, Done], answered: str) -> None:
    """Questions that are asked again, and links to answers."""
    done["saved-none"] = screen.run(server, "saved", "list")
    asyncio.run(_save(server))
    done["saved-list"] = screen.run(server, "saved", "list")
    done["saved-run"] = screen.run(server, "saved", "run", "both", "--set", "name=it's", "--set", "n=-3")
    done["saved-wrong"] = screen.run(server, "saved", "run", "Both", "--set", "n=many")
    done["saved-unknown"] = screen.run(server, "saved", "run", "bothe")
    done["saved-add"] = screen.run(server, "saved", "add", "Lasts", "how many airports are there?")
    statement = ("--sql", "select {n} + 1 as more", "--param", "n:number=2")
    done["saved-add-statement"] = screen.run(server, "saved", "add", "More", *statement)
    done["saved-add-wrong"] = screen.run(server, "saved", "add", "Less", "--param", "n=1")
    done["share"] = screen.run(server, "share", answered)
    done["share-public"] = screen.run(server, "share", answered, "--public")
    done["shares-list"] = screen.run(server, "shares", "list")
    done["shares-end"] = screen.run(server, "shares", "end", done["share"].stdout.strip())
    done["shares-none"] = screen.run(server, "shares", "list")


def _give(server: Server, screen: Screen, done: dict[str, Done]) -> None:
    """Files of one's own."""
    (server.folder / "cats.csv").write_text("name,weight\nTom,4.5\n")
    (server.folder / "cut.parquet").write_text("PAR1")
    done["upload"] = screen.run(server, "upload", "cats.csv")
    done["upload-unreadable"] = screen.run(server, "upload", "cut.parquet")
    done["files-list"] = screen.run(server, "files", "list")
    done["files-delete"] = screen.run(server, "files", "delete", "cats.csv", "--yes")
    done["files-none"] = screen.run(server, "files", "list")


async def _save(server: Server) -> None:
    parameters = [Parameter("name", default="x"), Parameter("n", ParameterKind.NUMBER, "1")]
    contents = [
        SavedContent("Delays", QUESTION),
        SavedContent("Both", "select {name} as name, 1-{n} as less", statement=True, parameters=parameters),
    ]
    client = BusClient.connect(server.state_dir)
    try:
        for content in contents:
            await client.request(SaveQuestion(Caller("olga", Role.USER), content), QuestionSaved)
    finally:
        client.close()


def _look_back(server: Server, screen: Screen, done: dict[str, Done], answered: str, stopped: str) -> None:
    for suffix, job_id in (("", answered), ("-stopped", stopped)):
        done[f"show{suffix}"] = screen.run(server, "show", job_id)
        done[f"timeline{suffix}"] = screen.run(server, "show", "--timeline", job_id)
        done[f"tail{suffix}"] = screen.run(server, "tail", job_id)
    done["history"] = screen.run(server, "history")
    done["history-sql"] = screen.run(server, "history", BY_STATE)
    done["token-create"] = screen.run(server, "token", "create", "ann")
    done["token-list"] = screen.run(server, "token", "list")
    done["token-revoke"] = screen.run(server, "token", "revoke", "ann")
    done["doctor"] = screen.run(server, "doctor")
    done["drain"] = screen.run(server, "drain")
    assert server.program.end() == (0, "")


@pytest.mark.parametrize("name", NAMES)
def test_people_read(printed: Printed, name: str) -> None:
    screen, done = printed.screen, printed.done[name]
    if name in TABLES:
        assert not misplaced(done.stdout), done.stdout
    if name in CUT_TO_WIDTH:
        assert max(len(line.rstrip()) for line in done.stdout.splitlines()) <= screen.columns, done.stdout
    text = _text(name, done)
    if screen.terminal and name in BROKEN_BY_TIMES:
        text = flowing(text)
    path = screen.snapshots / f"{name}.txt"
    if WRITE:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert text == path.read_text(), f"{path.name} is not what is printed any more: {done.stdout}{done.stderr}"


def test_each_snapshot_is_of_a_command(printed: Printed) -> None:
    held = sorted(path.stem for path in printed.screen.snapshots.glob("*.txt"))
    assert sorted(printed.done) == sorted(NAMES) == held


def _text(name: str, done: Done) -> str:
    """Standard output, and then what went to standard error and the exit code where there is any."""
    out = examined(done.stdout) if name == "doctor" else done.stdout
    narrated = f"--- narrated\n{done.stderr}" if done.stderr else ""
    failed = f"--- exit code {done.returncode}\n" if done.returncode and name != "doctor" else ""
    return normalised(out, table=name in STRETCHED) + normalised(narrated + failed)
