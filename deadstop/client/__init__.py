"""Ask a running server, follow, stop with proof, and go on over any cut: `AsyncClient`, and `Client` without a loop.

    from deadstop.client import Client, Chunk, ResponseChunk

    with Client("http://127.0.0.1:8642", token) as client, client.ask("flights per airline") as job:
        for event in job:
            match event:
                case Chunk(chunk=ResponseChunk(field="response", chunk=text)):
                    print(text, end="")

What comes is made of the structs that the server itself makes it from; `docs/protocol.md` explains their fields.
"""

from bus.contract.catalog import Catalog
from bus.contract.events import (
    Chart,
    Clarification,
    Column,
    ModelCall,
    Node,
    Progress,
    Queue,
    ResponseChunk,
    Result,
    Sql,
    Status,
    Stopping,
    StopProof,
    TableSchema,
    Tool,
    Usage,
    Warn,
)
from bus.contract.vocabulary import Proof, Reason, Rung, State
from bus.wire.outside import AcceptedData as Accepted
from bus.wire.outside import ChunkData as Chunk
from bus.wire.outside import CompleteData as Complete
from bus.wire.outside import ErrorData as Failed
from bus.wire.outside import JsonRows as Rows
from bus.wire.outside import KilledData as Killed
from bus.wire.outside import OutsideJob as JobRow
from deadstop.client.asynchronous import AsyncClient, AsyncJob
from deadstop.client.errors import ClientError, Declined, JobFailed, JobStopped, Unreachable
from deadstop.client.events import Ending, Event, UnknownChunk, UnknownEvent
from deadstop.client.synchronous import Client, Job

__all__ = [
    "Accepted",
    "AsyncClient",
    "AsyncJob",
    "Catalog",
    "Chart",
    "Chunk",
    "Clarification",
    "Client",
    "ClientError",
    "Column",
    "Complete",
    "Declined",
    "Ending",
    "Event",
    "Failed",
    "Job",
    "JobFailed",
    "JobRow",
    "JobStopped",
    "Killed",
    "ModelCall",
    "Node",
    "Progress",
    "Proof",
    "Queue",
    "Reason",
    "ResponseChunk",
    "Result",
    "Rows",
    "Rung",
    "Sql",
    "State",
    "Status",
    "StopProof",
    "Stopping",
    "TableSchema",
    "Tool",
    "UnknownChunk",
    "UnknownEvent",
    "Unreachable",
    "Usage",
    "Warn",
]
