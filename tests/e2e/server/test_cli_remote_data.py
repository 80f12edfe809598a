"""`deadstop serve --data s3://…`: the whole way, with a real S3 server, and where the credentials are."""

import contextlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.e2e.cli_runner import Program, Server, deadstop, program, serving, wait_until
from tests.harness.data.stores import CREDENTIALS, QUIET, S3, emptied_s3
from tests.harness.data.web_files import serving_file
from tests.harness.servers import is_gone

SECRET = CREDENTIALS["AWS_SECRET_ACCESS_KEY"]
STORE = CREDENTIALS | QUIET
ROWS = 50_000


def parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


@pytest.fixture
def s3(s3_port: int) -> Iterator[S3]:
    with emptied_s3(s3_port) as server:
        server.put("sales/a.parquet", parquet(pa.table({"n": range(ROWS), "s": [f"{n}" for n in range(ROWS)]})))
        server.put("deadstop.toml", b'[synonyms]\nturnover = "sales.n"\n')
        yield server


def ask(server: Server, sql: str) -> str:
    done = server.run("ask", sql, "--agent", "sql")
    assert done.returncode == 0, done.stderr
    return done.stdout


def programs(server: Program) -> dict[str, psutil.Process]:
    """Those that `serve` runs, by name; a dead one has none."""
    named: dict[str, psutil.Process] = {}
    for child in psutil.Process(server.process.pid).children():
        with contextlib.suppress(psutil.NoSuchProcess):  # a zombie is one too
            named |= {words[-1]: child for words in [child.cmdline()] if words}
    return named


def test_questions_are_answered_and_only_the_broker_has_the_credentials(s3: S3, tmp_path: Path) -> None:
    with s3.files.open_output_stream("bucket/other/secret.parquet") as stream:
        stream.write(b"secret")
    entry = '[agents.reaches]\nentrypoint = "tests.programs.reaches_for_the_store:run"\n'
    config = f'{entry}options = {{ port = {s3.line.port}, other = "bucket/other/secret.parquet" }}\n'
    with serving(tmp_path, "--data", s3.address, config=config, **STORE) as server:
        assert f"{ROWS * (ROWS - 1) // 2}" in ask(server, "SELECT sum(n)::BIGINT AS s FROM sales")
        assert f"{ROWS:,}" in server.run("ask", "how many sales?").stdout.replace(str(ROWS), f"{ROWS:,}")
        running = programs(server.program)
        assert set(running) == {"broker", "supervisor", "gateway"}
        holders = {
            process.pid
            for process in psutil.Process(server.program.process.pid).children(recursive=True)
            if SECRET in Path(f"/proc/{process.pid}/environ").read_text()
        }
        assert holders == {running["broker"].pid}
        said = server.run("ask", str(running["broker"].pid), "--agent", "reaches").stdout
        found: dict[str, Any] = json.loads(said[said.index("{") : said.rindex("}") + 1])
        assert not [name for name in found["environment"] if name.startswith("AWS_")]
        assert SECRET not in said
        assert found["first"] == repr(b"PAR1") or found["listed"][0].endswith(".toml")
        assert "none of the data's objects" in found["other"]
        assert "PermissionError" in found["store"]
        assert "PermissionError" in found["broker's environment"]
        assert "PermissionError" in found["server's environment"]
        assert SECRET not in server.program.stderr()


def test_a_stalled_store_is_stopped_by_asking(s3: S3, tmp_path: Path) -> None:
    patient = {"DEADSTOP_SUPERVISOR__CANCEL_GRACE_S": "60", "DEADSTOP_DATA__LISTING_MAX_AGE_S": "600"}
    with serving(tmp_path, "--data", s3.address, **STORE, **patient) as server:
        assert "0" in ask(server, "SELECT min(n) FROM sales")
        s3.line.fault = "stall"
        question = [
            "ask",
            "SELECT sum(length(s)) FROM sales",
            "--agent",
            "sql",
            "--json",
            "--state-dir",
            str(server.state_dir),
        ]
        with program(tmp_path, *question) as asking:
            job_id = json.loads(asking.line())["data"]["job_id"]
            assert s3.line.waiting.wait(60)
            assert server.run("kill", job_id).returncode == 0
            asking.end()
        (record,) = server.objects("show", job_id)
        assert record["state"] == "cancelled"
        assert [step["rung"] for step in record["rungs"]] == ["cancel"]


def test_a_broker_that_dies_is_started_again_and_ends_with_serve(s3: S3, tmp_path: Path) -> None:
    with serving(tmp_path, "--data", s3.address, **STORE) as server:
        broker = programs(server.program)["broker"]
        broker.kill()
        wait_until(lambda: programs(server.program).get("broker", broker).pid != broker.pid, "another broker runs")
        assert "9" in ask(server, "SELECT n FROM sales WHERE n = 9")
        left = list(programs(server.program).values())
        server.program.process.kill()
        wait_until(lambda: all(is_gone(each.pid) or each.status() == "zombie" for each in left), "all ends with serve")
        server.program.process.wait()
        # What it left in the runtime folders belongs to the next one.
        with serving(tmp_path, "--data", s3.address, **STORE) as again:
            assert "8" in ask(again, "SELECT n FROM sales WHERE n = 8")


def test_doctor_says_what_is_wrong_with_a_store(s3: S3, tmp_path: Path) -> None:
    def looked(address: str) -> str:
        done = deadstop(tmp_path, "doctor", "--data", address, "--state-dir", str(tmp_path / "state"), **STORE)
        return " ".join(done.stdout.split())

    assert "s3://bucket/data: 1 tables, 1 files, 50,000 rows" in looked(s3.address)
    s3.deny()
    assert "the store denies access. Check the credentials" in looked(s3.address)


def test_a_signature_in_an_address_is_known_to_the_broker_alone(tmp_path: Path) -> None:
    with serving_file(parquet(pa.table({"n": [1, 2, 3]}))) as web:
        signed = web.address("files/shop.parquet?signature=never-to-be-seen")
        with serving(tmp_path, DEADSTOP_DATA__FOLDER=signed) as server:
            assert "6" in ask(server, "SELECT sum(n) AS s FROM shop")
            running = programs(server.program)
            holders = {
                process.pid
                for process in psutil.Process(server.program.process.pid).children(recursive=True)
                if "never-to-be-seen" in Path(f"/proc/{process.pid}/environ").read_text()
            }
            assert holders == {running["broker"].pid}
            seen = server.run("ps", "--all", "--json").stdout + server.program.stderr()
            for job in server.objects("ps", "--all"):
                seen += server.run("show", job["job_id"]).stdout + server.run("tail", job["job_id"], "--json").stdout
            assert "files/shop.parquet" in seen
            assert "never-to-be-seen" not in seen
            assert not any(b"never-to-be-seen" in path.read_bytes() for path in server.state_dir.rglob("*.db*"))


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("ftp://host/data", "ftp:// is not known"),
        ("s3://key:secret@bucket/data", "it holds a user or a key"),
        ("s3://bucket/data?regoin=eu", "there is no option regoin"),
    ],
)
def test_an_address_that_cannot_be_used_is_told_before_anything_starts(
    tmp_path: Path, address: str, words: str
) -> None:
    done = deadstop(tmp_path, "serve", "--data", address, "--port", "0", "--state-dir", str(tmp_path / "state"))
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "secret" not in done.stderr
