"""`deadstop ask`: answers with or without a server, and stops for certain."""

import json
import signal
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.parquet as pq

from bus.contract.vocabulary import Rung
from tests.e2e.cli_runner import Server, deadstop, program, serving, wait_until
from tests.harness.graces import ending_on

CONFIG = ending_on(Rung.CANCEL)
QUESTION = "average departure delay by month"
FOR_LONG = "select count(*) from range(1e12::bigint)"


def test_it_answers_from_any_folder_without_a_server(tmp_path: Path, temporary: Path) -> None:
    done = deadstop(tmp_path, "ask", QUESTION, "--state-dir", str(tmp_path / "nothing"))
    assert done.returncode == 0, done.stderr
    table = done.stdout.splitlines()[:13]
    assert table[0].split() == ["month", "avg_dep_delay"]
    assert [line.split()[0] for line in table[1:]] == [str(month) for month in range(1, 13)]
    assert table[1].split()[1].startswith("10.036")
    assert "SELECT" in done.stderr
    assert "SELECT" not in done.stdout
    assert list(temporary.iterdir()) == []
    assert not (tmp_path / "nothing").exists()


def test_it_answers_about_a_folder_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    pq.write_table(pa.table({"city": ["Bern", "Bern", "Basel"], "price": [1, 2, 3]}), tmp_path / "shop/orders.parquet")
    done = deadstop(tmp_path, "ask", "how many orders by city", "--data", "shop", "--json")
    assert done.returncode == 0, done.stderr
    last = json.loads(done.stdout.splitlines()[-1])
    assert last["event"] == "agent_complete"
    assert sorted(last["data"]["result"]["final_output"]["raw_table"]["rows"]) == [["Basel", 1], ["Bern", 2]]


def test_a_question_that_is_not_understood_is_asked_back(server: Server, target: list[str]) -> None:
    done = deadstop(server.folder, "ask", "how many flurbs per zorgle", *target)
    assert done.returncode == 3, done.stderr
    assert "flurbs" in done.stdout


def test_json_is_the_outside_wire_without_gaps(server: Server, target: list[str]) -> None:
    done = deadstop(server.folder, "ask", QUESTION, "--json", "--max-rows", "5", *target)
    assert done.returncode == 0, done.stderr
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    assert [item["data"]["seq"] for item in objects] == list(range(1, len(objects) + 1))
    assert (objects[0]["event"], objects[-1]["event"]) == ("agent_accepted", "agent_complete")
    chunks = [item["data"]["chunk"] for item in objects[1:-1]]
    assert sum(len(chunk["rows"]) for chunk in chunks if chunk["type"] == "table_rows") == 5


def test_a_failure_says_why(server: Server, target: list[str]) -> None:
    done = deadstop(server.folder, "ask", "go", "--agent", "raises", *target)
    assert done.returncode == 1
    assert "(agent_error)" in done.stderr


def test_an_agent_that_does_not_exist(server: Server, target: list[str]) -> None:
    done = deadstop(server.folder, "ask", "go", "--agent", "nobody", *target)
    assert done.returncode == 1
    assert done.stderr.startswith("deadstop: there is no agent `nobody`; agents here: ")
    assert done.stderr.count("\n") == 1


def test_ctrl_c_stops_the_job_and_says_how(server: Server, target: list[str]) -> None:
    with program(server.folder, "ask", "go", "--agent", "sleeps", "--json", *target) as asked:
        asked.objects_until(lambda item: item["data"].get("chunk", {}).get("type") == "status")
        asked.signal(signal.SIGINT)
        exit_code, rest = asked.end()
    assert exit_code == 130
    last = json.loads(rest.splitlines()[-1])
    assert last["event"] == "agent_killed"
    assert (last["data"]["rung"], last["data"]["reason"]) == ("cancel", "user")
    assert "stopping the job; Ctrl-C once more kills it at once" in asked.stderr()


def test_a_second_ctrl_c_kills(tmp_path: Path) -> None:
    stubborn = "[supervisor]\ncancel_grace_s = 600.0\n"
    with serving(tmp_path, config=stubborn) as server:
        for target in (["--state-dir", str(server.state_dir)], ["--url", server.url]):
            with program(tmp_path, "ask", "go", "--agent", "swallows_cancel", "--json", *target) as asked:
                asked.objects_until(lambda item: item["data"].get("chunk", {}).get("type") == "status")
                asked.signal(signal.SIGINT)
                asked.objects_until(lambda item: item["data"].get("chunk", {}).get("type") == "stopping")
                asked.signal(signal.SIGINT)
                exit_code, rest = asked.end()
            assert exit_code == 130
            assert json.loads(rest.splitlines()[-1])["data"]["rung"] == "kill"


def test_ctrl_c_without_a_server_leaves_nothing(tmp_path: Path, temporary: Path) -> None:
    state = str(tmp_path / "nothing")
    with program(tmp_path, "ask", FOR_LONG, "--state-dir", state) as asked:
        wait_until(lambda: "range(1e12" in asked.stderr(), f"the statement runs: {asked!r}")
        processes = psutil.Process(asked.process.pid).children(recursive=True)
        asked.signal(signal.SIGINT)
        exit_code, _ = asked.end()
    assert exit_code == 130, asked
    assert "stopped by " in asked.stderr()
    assert not [process for process in processes if process.is_running()]
    assert list(temporary.iterdir()) == []


def test_a_supervisor_that_dies_is_not_waited_for(tmp_path: Path, temporary: Path) -> None:
    state = str(tmp_path / "nothing")
    with program(tmp_path, "ask", FOR_LONG, "--state-dir", state) as asked:
        wait_until(lambda: "range(1e12" in asked.stderr(), f"the statement runs: {asked!r}")
        (supervisor,) = psutil.Process(asked.process.pid).children()
        supervisor.kill()
        exit_code, _ = asked.end()
    assert exit_code == 1
    assert "deadstop: the supervisor of " in asked.stderr()
    assert "has gone" in asked.stderr()
    assert list(temporary.iterdir()) == []


def test_ctrl_c_before_the_server_is_ready(tmp_path: Path, temporary: Path) -> None:
    with program(tmp_path, "ask", QUESTION, "--state-dir", str(tmp_path / "nothing")) as asked:
        wait_until(lambda: "starting a server" in asked.stderr(), "the server is being started")
        asked.signal(signal.SIGINT)
        exit_code, output = asked.end()
    assert (exit_code, output) == (130, "")
    assert asked.stderr().endswith("stopped before the question was asked\n")
    assert list(temporary.iterdir()) == []


def test_a_gateway_that_is_not_there(tmp_path: Path) -> None:
    done = deadstop(tmp_path, "ask", QUESTION, "--url", "http://127.0.0.1:1/?token=x")
    assert done.returncode == 1
    assert done.stderr.startswith("deadstop: http://127.0.0.1:1 cannot be reached")


def test_a_wrong_token(server: Server) -> None:
    done = deadstop(server.folder, "ask", QUESTION, "--url", server.url, "--token", "wrong")
    assert done.returncode == 1
    assert "that token is not valid" in done.stderr
