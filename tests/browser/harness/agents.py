"""One agent that is every animal of the zoo: pages offer no choice of agents, so the question's first word names it."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from importlib import import_module

import msgspec
import pyarrow as pa

from agent_worker.context import AgentContext
from bus.contract.events import Column, Event, Node, ResponseChunk, TableRows, TableSchema
from bus.wire.worker import JobSpec
from tests.harness.zoo import ZOO

# All at once: a sandboxed worker can read no more modules of ours.
ANIMALS = {name: import_module(entrypoint.partition(":")[0]).run for name, entrypoint in ZOO.items()}

SECTION = """## Part {number}

The **average delay** of part {number} was *{number} minutes*, which is more than `{number} - 1` and less than what
comes next; a [link](https://example.org/{number}) says nothing about it.

- one thing of {number}
- another thing of {number}

| carrier | flights |
| --- | ---: |
| UA | {number} |
| AA | {number} |

```sql
select carrier, count(*) from flights where part = {number} group by carrier
```

"""

# One block however long: nothing in it ends a paragraph, a fence, or a list.
KINDS = {
    "sections": ("", SECTION),
    "paragraph": ("", "The **average delay** of part {number} was *{number} minutes*, which is more than `{number}`. "),
    "fence": ("```sql\n", "select carrier, count(*) as flights from flights where part = {number} group by carrier;\n"),
    "list": ("", "- one thing of **{number}**, and what there is to say about it\n"),
}


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    """The animal gets what follows its name as its question. Raises `KeyError` for one that the zoo has not."""
    name, _, rest = job.question.partition(" ")
    agent = OWN.get(name) or ANIMALS[name]
    async for event in agent(msgspec.structs.replace(job, question=rest), context):
        yield event


async def essay(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    """`COUNT PER_S BYTES KIND`: markdown of a kind, so many chunks of so many bytes, so many a second."""
    *figures, kind = job.question.split()
    count, per_s, length = map(int, figures)
    opening, part = KINDS[kind]
    text = opening + "".join(part.format(number=number) for number in range(count * length // len(part) + 1))
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number in range(count):
        yield ResponseChunk("response", text[number * length : (number + 1) * length])
        await asyncio.sleep(began + (number + 1) / per_s - loop.time())


async def rows(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    """`COUNT BATCHES`: the first of the batches at once, each of the others at a SIGUSR2, and the end at one more."""
    count, batches = map(int, job.question.split())
    go_on: asyncio.Queue[None] = asyncio.Queue()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR2, go_on.put_nowait, None)
    yield TableSchema([Column("n", "BIGINT"), Column("shuffled", "BIGINT"), Column("name", "VARCHAR")])
    for batch in range(batches):
        numbers = range(batch * count // batches, (batch + 1) * count // batches)
        yield TableRows(ipc([row(number, count) for number in numbers]), len(numbers))
        await go_on.get()


def row(number: int, count: int) -> tuple[int, int, str | None]:
    """One of `count` rows: no two are alike in the second cell, and every seventh has no third."""
    return number, number * 7919 % count, None if number % 7 == 0 else f"name {number}"


def ipc(found: Sequence[tuple[int, int, str | None]]) -> bytes:
    table = pa.Table.from_arrays([pa.array(column) for column in zip(*found, strict=True)], ["n", "shuffled", "name"])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    whole: bytes = sink.getvalue().to_pybytes()
    return whole


async def steps(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    """A step that said what it did is over; the next one is a quarter done, until a SIGUSR2."""
    go_on = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR2, go_on.set)
    yield Node("planner", "started")
    context.status("Planning with a model")
    yield Node("planner", "finished", 12.0)
    yield Node("executor", "started")
    context.progress(0.25, "running the statement")
    await go_on.wait()
    yield ResponseChunk("response", f"over {job.question}")


async def asks(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    """Asks back, and repeats what it is answered."""
    if job.user_clarification is None:
        context.ask_back("Which one?", "the first", "the second")
    else:
        yield ResponseChunk("response", f"You said **{job.user_clarification}**.")


OWN = {"essay": essay, "rows": rows, "steps": steps, "asks": asks}
