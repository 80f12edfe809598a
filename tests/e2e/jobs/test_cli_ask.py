"""`deadstop ask`: answers with or without a server, and stops for certain."""

import json
import signal
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.parquet as pq

from bus.contract.vocabulary import Rung
from tests.e2e.cli_runner import ZOO_ALONE, Server, deadstop, program, serving, wait_until
from tests.harness.jobs.graces import ending_on

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


def test_what_goes_into_a_pipe_is_no_markdown(server: Server, target: list[str]) -> None:
    done = deadstop(server.folder, "ask", QUESTION, *target)
    assert done.stdout.splitlines()[-3:] == ["Read as: Average dep delay, by month; from flights.", "", "12 rows."]


def test_the_question_comes_from_standard_input(server: Server, target: list[str]) -> None:
    done = deadstop(
        server.folder, "ask", "-", "--csv", "--quiet", *target, stdin="select 42 as answer,\n'a,b' as text\n"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, 'answer,text\n42,"a,b"\n', "")
    empty = deadstop(server.folder, "ask", "-", *target, stdin=" \n")
    assert (empty.returncode, "standard input is empty" in empty.stderr) == (2, True)


def test_a_whole_result_as_csv_json_and_text(server: Server, target: list[str]) -> None:
    statement = "select range as n, case when range = 1 then null else '' end as t from range(60)"
    rows = deadstop(server.folder, "ask", statement, "--format", "csv", *target).stdout.splitlines()
    assert rows[:4] == ["n,t", '0,""', "1,", '2,""']
    assert len(rows) == 61
    document = json.loads(deadstop(server.folder, "ask", statement, "--format", "json", *target).stdout)
    assert (len(document["rows"]), document["columns"][0]["name"], document["truncated"]) == (60, "n", False)
    file = server.folder / "answer.txt"
    done = deadstop(server.folder, "ask", statement, "-o", str(file), *target)
    assert (done.returncode, done.stdout) == (0, "")
    assert file.read_text().splitlines()[1:3] == ["0\t", "1\t"]


def test_formats_that_cannot_be_are_named(server: Server, target: list[str]) -> None:
    def said(*flags: str) -> str:
        done = deadstop(server.folder, "ask", "select 1", *flags, *target)
        assert done.returncode == 2
        return done.stderr

    assert "answer.xls does not say its format (.txt, .md, .csv, .json)" in said("-o", "answer.xls")
    assert "--json prints the stream" in said("--json", "--csv")
    assert "two formats" in said("--csv", "--format", "json")
    assert "two conversations" in said("--continue", "--conversation", "x")
    assert "/nowhere/a.csv cannot be written: there is no folder /nowhere" in said("-o", "/nowhere/a.csv")


def test_quiet_still_says_what_went_wrong(server: Server, target: list[str]) -> None:
    done = deadstop(server.folder, "ask", "go", "--agent", "raises", "-q", *target)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("failed: ")


def test_a_question_that_was_asked_back_is_answered(server: Server, target: list[str]) -> None:
    asked = deadstop(server.folder, "ask", "how many flurbs per zorgle", *target)
    assert (asked.returncode, "deadstop ask --continue ANSWER" in asked.stderr) == (3, True)
    answered = deadstop(server.folder, "ask", "how many airlines", "--continue", "--json", *target)
    assert answered.returncode == 0, answered.stderr
    job_id = json.loads(answered.stdout.splitlines()[0])["data"]["job_id"]
    shown = server.objects("show", job_id)[0]
    assert shown["query"] == "how many flurbs per zorgle"
    more = deadstop(server.folder, "ask", "select 1", "--conversation", shown["conversation_id"], "--json", *target)
    assert more.returncode == 0
    latest = server.objects("ps", "--all")[0]
    assert (latest["conversation_id"], latest["query"]) == (shown["conversation_id"], "select 1")


def test_only_a_server_keeps_conversations(tmp_path: Path, temporary: Path) -> None:
    done = deadstop(tmp_path, "ask", "and by day", "--continue", "--state-dir", str(tmp_path / "nothing"))
    assert (done.returncode, "only a server keeps conversations" in done.stderr) == (1, True)
    assert list(temporary.iterdir()) == []


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
    with serving(tmp_path, config=stubborn, **ZOO_ALONE) as server:
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
