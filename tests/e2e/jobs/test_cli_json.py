"""What `--json` prints has the form that docs/commands.md promises: no field is missing, none is there unsaid."""

import json
import re
from pathlib import Path
from typing import Any, get_args, get_type_hints
from urllib.request import Request, urlopen

import msgspec
import pytest

from bus.wire import outside
from bus.wire.outside import AgentAccepted, AgentChunk, AgentComplete, AgentFailed, AgentKilled, OutsideJob
from bus.wire.replies import NodeSummary, OwnFile, Stats
from deadstop.client.http import address_of
from gateway.wire.responses import OutsideRecord
from gateway.wire.saved import OutsideSaved
from ops.actions.drain.server import Left
from ops.actions.kill import KillResult
from ops.checks.finding import Finding
from ops.client.timeline import Span
from ops.load.report.summary import LoadReport
from tests.e2e.cli_runner import Server, deadstop, job
from tests.harness.servers import ROOT

PAGE = (ROOT / "docs" / "commands.md").read_text().partition("## What `--json` prints\n")[2].partition("\n## ")[0]
ROWS = dict(re.findall(r"^\| `([^`]+)`[^|]* \| (.+) \|$", PAGE, re.MULTILINE))
WIRE = AgentAccepted | AgentChunk | AgentComplete | AgentFailed | AgentKilled
SHARE = {"share_id", "user", "title", "public", "created_at", "answers", "link"}
TOKEN, LISTED_TOKEN = {"name", "user", "role", "token"}, {"name", "user", "role", "created_at"}


def fields(struct: type[Any], *, needed: bool = False) -> set[str]:
    found = msgspec.structs.fields(struct)
    omits = struct.__struct_config__.omit_defaults
    return {field.encode_name for field in found if not needed or not omits or field.required}


def held(item: dict[str, Any], struct: type[Any]) -> None:
    """That an object has the form of a struct, exactly."""
    msgspec.convert(item, struct)
    assert fields(struct, needed=True) <= set(item) <= fields(struct), item


def held_wire(items: list[dict[str, Any]]) -> None:
    """That these are a stream on the outside wire."""
    kinds = {str(kind.__struct_config__.tag): kind for kind in get_args(WIRE)}
    for item in items:
        assert set(item) == {"event", "data"}
        held(item["data"], get_type_hints(kinds[item["event"]], vars(outside))["data"])
    assert [item["data"]["seq"] for item in items] == list(range(1, len(items) + 1))


def printed(server: Server, target: list[str], *arguments: str, status: int = 0) -> list[dict[str, Any]]:
    done = deadstop(server.folder, *arguments, "--json", *target)
    assert done.returncode == status, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_of_jobs(server: Server, target: list[str]) -> None:
    statement = "select i, 'a' as a from range(3) t(i)"
    answered = printed(server, target, "ask", statement, "--agent", "sql")
    held_wire(answered)
    job_id = answered[0]["data"]["job_id"]
    assert printed(server, target, "tail", job_id) == answered
    with job(server, "swallows_cancel") as (running, _):
        for found in printed(server, target, "ps", "--all"):
            held(found, OutsideJob)
        (dry,) = printed(server, target, "kill", running, "--dry-run")
        (outcome,) = printed(server, target, "kill", running, "--reason", "late")
        (missing,) = printed(server, target, "kill", "zzzzzz", status=1)
        for kill in (dry, outcome, missing):
            held(kill, KillResult)
        held_wire(printed(server, target, "tail", running))
    for ended in (job_id, running):
        (record,) = printed(server, target, "show", ended)
        held(record, OutsideRecord)
        for step in printed(server, target, "show", ended, "--timeline"):
            held(step, Span)
    (made,) = printed(server, target, "share", job_id)
    (listed, *_) = printed(server, target, "shares", "list")
    assert made == listed
    assert set(made) == SHARE
    assert made["link"].endswith(f"/s/{made['share_id']}")
    assert deadstop(server.folder, "shares", "end", made["link"], *target).returncode == 0
    assert made not in printed(server, target, "shares", "list")
    (figures,) = printed(server, target, "stats")
    assert set(figures) >= fields(Stats) - {"gauges"}
    assert all(isinstance(value, (int, float)) for name, value in figures.items() if name not in fields(Stats))


def test_of_saved_questions(server: Server) -> None:
    base, token = address_of(server.url)
    body = {"name": "Twice", "query": "select 2 * {n} as n", "statement": True, "agent": "sql"}
    body |= {"parameters": [{"name": "n", "kind": "number", "default": "4"}]}
    headers = {"Authorization": f"Bearer {token}"}
    with urlopen(Request(f"{base}/api/saved", json.dumps(body).encode(), headers)) as made:
        assert made.status == 201
    target = ["--url", server.url]
    (listed,) = printed(server, target, "saved", "list")
    held(listed, OutsideSaved)
    asked = printed(server, target, "saved", "run", "twice", "--set", "n=21")
    held_wire(asked)
    assert "select 2 * 21 as n" in json.dumps(asked)


def test_of_what_is_kept(server: Server) -> None:
    target = ["--url", server.url]
    (made,) = printed(server, target, "saved", "add", "more", "--sql", "select {n} + 1 as m", "--param", "n:number=2")
    held(made, OutsideSaved)
    deadstop(server.folder, "ask", "how many flights per airline?", *target)
    (last,) = printed(server, target, "saved", "add", "the last")
    assert (last["query"], last["statement"]) == ("how many flights per airline?", False)
    deadstop(server.folder, "ask", "--continue", "top 3 instead", *target)
    (followed,) = printed(server, target, "saved", "add", "after it")
    assert followed["statement"], "it would mean nothing alone"
    assert "LIMIT 3" in followed["query"]


def test_of_files_of_ones_own(server: Server) -> None:
    target, file = ["--url", server.url], server.folder / "cats.csv"
    file.write_text("name,weight\nTom,4.5\n")
    (given,) = printed(server, target, "upload", str(file))
    held(given, OwnFile)
    assert given["tables"] == ["cats"]
    assert printed(server, target, "files", "list") == [given]
    asked = printed(server, target, "ask", "select name from cats")
    assert "Tom" in json.dumps(asked)
    unsure = deadstop(server.folder, "files", "delete", "cats.csv", *target)
    assert unsure.returncode == 2, "nobody has said yes"
    assert "say --yes" in unsure.stderr
    assert deadstop(server.folder, "files", "delete", "cats.csv", "--yes", *target).returncode == 0
    assert printed(server, target, "files", "list") == []


def test_of_this_machine(server: Server) -> None:
    here = ["--state-dir", str(server.state_dir)]
    (made,) = printed(server, here, "token", "create", "eve")
    assert set(made) == TOKEN
    listed = printed(server, here, "token", "list")
    assert [set(token) for token in listed] == [LISTED_TOKEN] * len(listed)
    assert server.run("token", "revoke", "eve").returncode == 0
    assert printed(server, here, "history", "SELECT 7 AS n, 'x' AS t") == [{"n": 7, "t": "x"}]
    for finding in printed(server, here, "doctor"):
        held(finding, Finding)


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("kill", fields(KillResult)),
        ("show", fields(OutsideRecord) - fields(OutsideJob)),
        ("show --timeline", fields(Span)),
        ("stats", fields(Stats) - {"gauges"}),
        ("drain", fields(Left)),
        ("nodes", fields(NodeSummary)),
        ("doctor", fields(Finding)),
        ("load", fields(LoadReport)),
        ("saved list", fields(OutsideSaved)),
        ("share", SHARE),
        ("upload", fields(OwnFile)),
        ("token create", TOKEN),
        ("token list", LISTED_TOKEN),
    ],
)
def test_the_page_names_every_field(command: str, names: set[str]) -> None:
    assert [name for name in sorted(names) if f"`{name}`" not in ROWS[command]] == []


def asks_json(path: Path) -> bool:
    return any(option in path.read_text() for option in ("json_option", '"--json"'))


def test_the_page_has_a_row_for_every_command_that_prints_json() -> None:
    commands = {path.stem for path in (ROOT / "ops/commands").rglob("*.py") if asks_json(path)}
    assert {row.split()[0] for row in ROWS} == commands
