"""One agent that is every animal of the zoo: pages offer no choice of agents, so the question's first word names it."""

import asyncio
from collections.abc import AsyncIterator
from importlib import import_module

import msgspec

from agent_worker.context import AgentContext
from bus.events import Event, ResponseChunk
from bus.worker_wire import JobSpec
from tests.workers import ZOO

# All at once: a worker that has been fenced in can read no more modules of ours.
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
    agent = essay if name == "essay" else ANIMALS[name]
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
