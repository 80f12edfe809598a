"""Reading the log of another process."""

import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

from bus.contract.vocabulary import Role, State
from bus.wire.commands import Caller, Submit
from bus.wire.job_record import JobRecord, JobSummary
from supervisor.storage.store import Store

SUMMARY = JobSummary("7f3a", "s1", "ann", "sql", "select 1", "", State.RUNNING, None, 1.0, None, None, None, 0, None)
SECOND_COPY_AT = 48
"""Of the header of the index beside the log, of which a writer writes one copy after the other."""


def turn_a_byte(index: Path) -> None:
    with index.open("r+b") as file:
        file.seek(SECOND_COPY_AT + 8)
        byte = file.read(1)[0]
        file.seek(SECOND_COPY_AT + 8)
        file.write(bytes([byte ^ 0xFF]))


READER = """
import sqlite3, sys
from pathlib import Path
connect = sqlite3.connect
sqlite3.connect = lambda address, **more: connect(f"{address}&readonly_shm=1", **more)
from bus.log import LogReader
reader = LogReader(Path(sys.argv[1]))
for _ in sys.stdin:
    try:
        print([record.summary.job_id for record in reader.records()], flush=True)
    except sqlite3.OperationalError as error:
        print(error, flush=True)
"""
"""Prints the jobs for each line that it is given; as in the sandbox, it may not write the index."""


def test_a_reader_that_may_not_write_looks_again_at_an_index_that_is_being_written(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.accept(Submit(Caller("ann", Role.USER), "s1", "select 1"), JobRecord(SUMMARY, [], []))
    store.commit()
    index = Path(f"{store.path}-shm")
    pipe = subprocess.PIPE
    command = (sys.executable, "-c", READER, str(store.path))
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, bufsize=1) as reader:
        lines, answers = reader.stdin, reader.stdout
        assert lines is not None
        assert answers is not None

        def read(lines: IO[str] = lines, answers: IO[str] = answers) -> str:
            lines.write("\n")
            return answers.readline().strip()

        assert read() == "['7f3a']"
        for _ in range(100):
            turn_a_byte(index)
            written = threading.Timer(0.002, turn_a_byte, [index])
            written.start()
            assert read() == "['7f3a']"
            written.join()
        turn_a_byte(index)
        assert read() == "attempt to write a readonly database", "a writer that died meanwhile"
        lines.close()
    store.close()
