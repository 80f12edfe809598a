"""Files of a user's own: given, asked about, listed and deleted; nobody else has them, and nothing unreadable stays."""

import asyncio
import contextlib
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import duckdb
import pytest

from bus.own_files.names import folder_name
from tests.harness.data.workbooks import number, text, write_workbook
from tests.harness.gateways import RunningGateway, running_gateway
from tests.harness.servers import Supervisor, eventually, running_supervisor

pytestmark = pytest.mark.asyncio(loop_scope="module")

MOST_BYTES = 300_000
SETTINGS = {
    "agents.opens": {"entrypoint": "tests.workers.well_behaved.opens:run"},
    "agents.sleeps": {"entrypoint": "tests.workers.well_behaved.sleeps:run"},
    "files.max_file_bytes": MOST_BYTES,
    "files.max_user_bytes": 3 * MOST_BYTES,
    "files.max_files": 4,
    "worker.warm_workers": 1,
    "limits.max_running": 2,
}
CATS = b"name,weight\nTom,4.5\nFelix,3.9\nGarfield,9.1\n"


async def give(gateway: RunningGateway, name: str, content: Any, user: str = "ann") -> tuple[int, Any]:
    return await gateway.json("POST", f"/api/files?name={quote(name, safe='')}", user, data=content)


async def delete(gateway: RunningGateway, name: str, user: str = "ann") -> int:
    async with gateway.request("DELETE", f"/api/files/{quote(name, safe='')}", user) as answer:
        return answer.status


async def names(gateway: RunningGateway, user: str = "ann") -> list[str]:
    _, found = await gateway.json("GET", "/api/files", user)
    return [file["name"] for file in found["files"]]


async def ask(
    gateway: RunningGateway, supervisor: Supervisor, query: str, user: str = "ann", agent: str = "parquet"
) -> Any:
    """The last event's data of the question's job."""
    status, job = await gateway.json("POST", "/api/jobs", user, json={"query": query, "agent": agent})
    assert status == 202, job
    return (await supervisor.events(job["job_id"]))[-1][1]


async def rows(gateway: RunningGateway, supervisor: Supervisor, query: str, **more: Any) -> Any:
    _, job = await gateway.json("POST", "/api/jobs", json={"query": query, "agent": "parquet", **more})
    await supervisor.events(job["job_id"])
    status, table = await gateway.json("GET", f"/api/jobs/{job['job_id']}/result.json")
    assert status == 200, (table, (await supervisor.events(job["job_id"]))[-1])
    return table["rows"]


async def own_tables(gateway: RunningGateway, user: str = "ann") -> set[str]:
    while True:
        status, catalog = await gateway.json("GET", "/api/catalog", user)
        if status == 200:
            return {table["name"] for table in catalog["tables"] if table["own"]}
        await asyncio.sleep(0)


def on_disk(supervisor: Supervisor) -> set[str]:
    root = supervisor.state_dir / "files"
    return {path.name for path in root.rglob("*") if path.is_file()}


@contextlib.asynccontextmanager
async def kept(gateway: RunningGateway, name: str, content: Any, user: str = "ann") -> AsyncIterator[dict[str, Any]]:
    status, given = await give(gateway, name, content, user)
    assert status == 201, given
    try:
        yield given["file"]
    finally:
        deleted = await delete(gateway, given["file"]["name"], user)
    assert deleted == 204


async def test_a_file_is_asked_about_in_words_and_in_sql(gateway: RunningGateway, supervisor: Supervisor) -> None:
    async with kept(gateway, "cats.csv", CATS) as file:
        assert (file["name"], file["size_bytes"], file["tables"]) == ("cats.csv", len(CATS), ["cats"])
        folder = supervisor.state_dir / "files" / folder_name("ann")
        modes = [stat.S_IMODE(path.stat().st_mode) for path in (folder.parent, folder, folder / "cats.csv")]
        assert modes == [0o700, 0o700, 0o600]
        assert await own_tables(gateway) == {"cats"}
        assert await rows(gateway, supervisor, "select max(weight) from cats") == [["9.1"]]
        assert await rows(gateway, supervisor, "how many cats are there?", conversation_id="c") == [[3]]
        assert await rows(gateway, supervisor, "with weight over 4", conversation_id="c") == [[2]]
        joined = "select count(*) from cats, airlines"
        assert await rows(gateway, supervisor, joined) == [[48]], "beside the data of all"
    assert "cats" in (await ask(gateway, supervisor, "select * from cats")).error
    assert on_disk(supervisor) == set()


async def test_nobody_else_has_it(gateway: RunningGateway, supervisor: Supervisor) -> None:
    async with kept(gateway, "cats.csv", CATS):
        path = str(supervisor.state_dir / "files" / folder_name("ann") / "cats.csv")
        assert await own_tables(gateway, "bob") == set()
        assert await names(gateway, "ops") == [], "an operator neither"
        assert await delete(gateway, "cats.csv", "bob") == 404
        for statement in ("select * from cats", f"select * from '{path}'", f"select * from read_csv('{path}')"):
            assert hasattr(await ask(gateway, supervisor, statement, "bob"), "error"), statement
        inside = {user: await ask(gateway, supervisor, path, user, "opens") for user in ("ann", "bob")}
        said = {user: end.result.final_output["response"] for user, end in inside.items()}
        assert said == {"ann": CATS.decode(), "bob": "refused: Permission denied"}
        async with kept(gateway, "dogs.csv", CATS, "bob"):
            assert (
                (await ask(gateway, supervisor, path, "bob", "opens"))
                .result.final_output["response"]
                .startswith("refused")
            )
            assert (await own_tables(gateway, "bob"), await own_tables(gateway)) == ({"dogs"}, {"cats"})


async def test_every_kind_of_file_is_read(gateway: RunningGateway, supervisor: Supervisor, tmp_path: Path) -> None:
    parquet = tmp_path / "p.parquet"
    duckdb.sql(f"copy (select 1 as n) to '{parquet}'")
    book = write_workbook(tmp_path / "b.xlsx", {"one": [[text("n")], [number(1)]]})
    contents = {
        "p.parquet": parquet.read_bytes(),
        "t.tsv": b"n\tm\n1\t2\n",
        "j.json": b'[{"n": 1}]',
        "l.jsonl": b'{"n": 1}\n',
        "b.xlsx": book.read_bytes(),
    }
    for name, content in contents.items():
        async with kept(gateway, name, content) as file:
            assert await rows(gateway, supervisor, f"select n from {file['tables'][0]}") == [[1]], name


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("cut.parquet", b"PAR1 and no more", (422, "cut.parquet")),
        ("empty.csv", b"", (422, "empty")),
        ("bad.csv", b"a,b\n1,2\n3\n", (422, "bad.csv")),
        ("tool.exe", b"MZ", (400, "tool.exe")),
        ("..", b"x", (400, "like a table")),
        ("large.csv", b"n\n" + b"1\n" * MOST_BYTES, (413, f"{MOST_BYTES:,}")),
    ],
)
async def test_what_cannot_be_kept_is_told_and_leaves_nothing(
    gateway: RunningGateway, supervisor: Supervisor, name: str, content: bytes, refusal: tuple[int, str]
) -> None:
    status, answer = await give(gateway, name, content)
    assert (status, refusal[1] in answer["error"]) == (refusal[0], True), answer
    assert str(supervisor.state_dir) not in answer["error"] + answer["hint"]
    assert await names(gateway) == []
    await eventually(lambda: on_disk(supervisor) == set(), "what was refused is still there")


async def test_names_are_made_safe_and_clash_with_nothing(gateway: RunningGateway, supervisor: Supervisor) -> None:
    async with (
        kept(gateway, "../../airlines.csv", b"n\n1\n") as shared,
        kept(gateway, "a\x00b\n*[x].csv", b"n\n2\n") as odd,
        kept(gateway, "AIRLINES.CSV", b"n\n3\n") as again,
    ):
        assert (shared["name"], shared["tables"]) == ("airlines.csv", ["airlines_2"])
        assert odd["name"] == "a_b_x.csv"
        assert again["name"] == "AIRLINES (2).csv"
        assert await rows(gateway, supervisor, "select count(*) from airlines") == [[16]], "that of all keeps its name"
        assert await rows(gateway, supervisor, f"select n from {again['tables'][0]}") == [[3]]


async def test_a_user_has_room_for_so_much(gateway: RunningGateway) -> None:
    for number_of in range(4):
        assert (await give(gateway, f"f{number_of}.csv", b"n\n1\n"))[0] == 201
    status, answer = await give(gateway, "f4.csv", b"n\n1\n")
    assert (status, answer["code"]) == (429, "quota")
    for number_of in range(4):
        assert await delete(gateway, f"f{number_of}.csv") == 204


async def test_an_upload_that_is_cut_leaves_nothing(gateway: RunningGateway, supervisor: Supervisor) -> None:
    writing = asyncio.Event()

    async def half() -> AsyncIterator[bytes]:
        yield b"n\n" + b"1\n" * 1000
        await eventually(lambda: len(on_disk(supervisor)) == 1, "nothing arrives")
        writing.set()
        await asyncio.Event().wait()

    sending = asyncio.create_task(give(gateway, "half.csv", half()))
    await asyncio.wait([sending, asyncio.create_task(writing.wait())], return_when=asyncio.FIRST_COMPLETED)
    status, answer = await give(gateway, "other.csv", b"n\n1\n")
    assert (status, answer["code"]) == (409, "busy")
    sending.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await sending
    await eventually(lambda: on_disk(supervisor) == set(), "half a file stays")
    async with kept(gateway, "half.csv", b"n\n1\n"):
        assert await names(gateway) == ["half.csv"]


@contextlib.asynccontextmanager
async def nothing_is_read(gateway: RunningGateway) -> AsyncIterator[None]:
    """All places are taken by jobs that go on until they are stopped."""
    jobs = [await gateway.json("POST", "/api/jobs", json={"query": "go", "agent": "sleeps"}) for _ in range(2)]
    try:
        yield
    finally:
        for _, job in jobs:
            assert (await gateway.json("DELETE", f"/api/jobs/{job['job_id']}?now=1&wait=1"))[0] == 200


async def test_a_file_that_its_sender_gives_up_while_it_is_read_is_not_kept(
    gateway: RunningGateway, supervisor: Supervisor
) -> None:
    async with nothing_is_read(gateway):
        for _ in range(2):  # nothing holds up the next one
            sending = asyncio.create_task(give(gateway, "cats.csv", CATS))
            await eventually(lambda: on_disk(supervisor) == {"cats.csv", ".cats.csv.unread"}, "it does not arrive")
            assert not sending.done()
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sending
            await eventually(lambda: on_disk(supervisor) == set(), "what nobody waits for is still there")
        _, reads = await gateway.json("GET", "/api/jobs?all=1&user=supervisor", "ops")
        latest = [job["state"] for job in reads["jobs"] if job["query"] == "cats.csv"][:2]
        assert set(latest) <= {"stopping", "cancelled"}


async def test_a_page_needs_the_right_origin(gateway: RunningGateway) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as page:
        signed = await page.post(
            f"{gateway.url}/signin", data={"token": "ann's token"}, headers={"Origin": gateway.url}
        )
        assert signed.status < 400
        for origin, expected in ((gateway.url, 201), ("https://evil.example", 403)):
            url, headers = f"{gateway.url}/api/files?name=o.csv", {"Origin": origin}
            async with page.post(url, data=b"n\n1\n", headers=headers) as answer:
                assert answer.status == expected
    assert await delete(gateway, "o.csv") == 204


async def test_a_shared_answer_outlives_its_file(gateway: RunningGateway, supervisor: Supervisor) -> None:
    async with kept(gateway, "cats.csv", CATS):
        _, job = await gateway.json("POST", "/api/jobs", json={"query": "select name from cats", "agent": "parquet"})
        await supervisor.events(job["job_id"])
        _, share = await gateway.json("POST", "/api/shares", json={"job_ids": [job["job_id"]]})
    shared = f"/api/shares/{share['share_id']}"
    async with gateway.request("GET", f"{shared}/jobs/{job['job_id']}/events", "bob") as answer:
        assert "Garfield" in await answer.text()


async def test_files_outlive_the_server(tmp_path: Path) -> None:
    async with running_supervisor(tmp_path, SETTINGS) as first, running_gateway(first.state_dir, SETTINGS) as gateway:
        assert (await give(gateway, "cats.csv", CATS))[0] == 201
        folder = first.state_dir / "files" / folder_name("ann")
    (folder / "unread.csv").write_bytes(CATS)
    (folder / ".unread.csv.unread").touch()
    (folder.parent / "incoming" / ("0" * 32)).write_bytes(CATS)
    async with running_supervisor(tmp_path, SETTINGS) as again, running_gateway(again.state_dir, SETTINGS) as gateway:
        assert on_disk(again) == {"cats.csv"}, "what was on its way when the server ended is gone"
        assert await names(gateway) == ["cats.csv"]
        assert await own_tables(gateway) == {"cats"}
        _, found = await gateway.json("GET", "/api/files")
        assert found["files"][0]["tables"] == ["cats"]
        assert await rows(gateway, again, "select count(*) from cats") == [[3]]
