"""Files of text and workbooks inside the sandbox: read, held and stopped as Parquet is."""

from pathlib import Path

from bus.contract.events import Killed, TableSchema
from bus.contract.vocabulary import Rung
from tests.harness.asking import ask, until_catalog
from tests.harness.data.workbooks import number, text, write_workbook
from tests.harness.jobs.graces import ENDING_ON
from tests.harness.servers import running_supervisor


async def test_text_and_workbooks_are_read_in_the_sandbox_and_stopped_by_asking(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "sales.csv").write_text("code,price\n" + "007,1.10\n" * 20_000)
    (data / "lines.jsonl").write_text('{"a": 1}\n{"a": 2}\n')
    (tmp_path / "secret.csv").write_text("a,b\n1,2\n")
    write_workbook(data / "book.xlsx", {"s": [[text("n")], [number(5)], [number(6)]]})
    async with running_supervisor(tmp_path, {**ENDING_ON[Rung.CANCEL], "data.folder": str(data)}) as supervisor:
        await until_catalog(supervisor)
        sums = "(SELECT sum(a) FROM lines), (SELECT sum(n) FROM book)"
        read = await ask(supervisor, f"SELECT min(code), sum(price), {sums} FROM sales")
        assert read.rows == [["007", "22000.00", 3, 11]]
        secret = tmp_path / "secret.csv"
        for reader in (f"read_csv('{secret}')", f"read_json('{data}/lines.jsonl')", f"'{secret}'"):
            assert (await ask(supervisor, f"SELECT * FROM {reader}")).failed
        endless = "SELECT a.code FROM sales a, sales b, sales c WHERE a.price + b.price + c.price > 1"
        job_id = await supervisor.submit(endless)
        await supervisor.until(job_id, TableSchema)
        await supervisor.stop(job_id)
        *_, (_, killed) = await supervisor.events(job_id)
        assert isinstance(killed, Killed)
        assert killed.rung is Rung.CANCEL
