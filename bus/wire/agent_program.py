"""What an agent that is a program of its own reads and writes: JSON objects, one a line, each with its `type`.

The source of `docs/agent-protocol.schema.json`: `schema()`.
"""

import json
import sys
from typing import Annotated, Any, get_args

import msgspec
from msgspec import Meta

from bus.contract.catalog import Catalog
from bus.contract.events import (
    Chart,
    Clarification,
    ModelCall,
    Node,
    Progress,
    ResponseChunk,
    Sql,
    Status,
    TableSchema,
    Tool,
    Usage,
    Warn,
)
from bus.wire.outside import JsonRows
from bus.wire.worker import ConversationTurn

PROGRAM_PROTOCOL = 1
"""Within one version fields and types are only ever added."""


_Count = Annotated[int, Meta(ge=0)]


class ProgramInput(msgspec.Struct, frozen=True, tag_field="type"):
    """Base of the lines that the program reads."""


class ProgramJob(ProgramInput, frozen=True, tag="job"):
    """The first line: what is asked. `options` are those of `[agents.NAME]`, `scratch` is the folder that it may write,
    `conversation_folder` what in it outlives the job, `data_folder` where the data lie, and `catalog` what is known of
    them (as `/api/catalog` shows it), null until they have been read."""

    version: int
    job_id: str
    user: str
    query: str
    user_clarification: str | None
    conversation: list[ConversationTurn]
    options: dict[str, Any]
    max_rows: int
    max_cost_usd: float | None
    scratch: str
    conversation_folder: str
    data_folder: str
    catalog: Catalog | None


class ProgramCancel(ProgramInput, frozen=True, tag="cancel"):
    """Tells the program that its job is stopped, and that it has to end. If it still runs after
    `[supervisor] cancel_grace_s`, it gets SIGTERM, then SIGKILL."""


class UsageLine(msgspec.Struct, frozen=True, tag_field="type", tag="usage"):
    """What models have cost so far, from the job's beginning."""

    model_calls: _Count = 0
    input_tokens: _Count = 0
    output_tokens: _Count = 0
    cached_tokens: _Count = 0
    cost_usd: Annotated[float, Meta(ge=0)] = 0.0
    estimated: bool = False

    def usage(self) -> Usage:
        return Usage(**msgspec.structs.asdict(self))


class ClarificationLine(msgspec.Struct, frozen=True, tag_field="type", tag="clarification"):
    """The program asks back, and the job ends; the person's answer is the `user_clarification` of the next job."""

    question: str
    suggestions: list[str] = []
    sql: str = ""

    def clarification(self) -> Clarification:
        return Clarification(**msgspec.structs.asdict(self))


class ErrorLine(msgspec.Struct, frozen=True, tag_field="type", tag="error"):
    """The program says why it cannot answer, and the job fails."""

    error: str
    code: str = "agent_error"
    hint: str = ""
    retryable: bool = True


ProgramOutput = (
    Status | Node | Progress | ResponseChunk | ModelCall | Tool | Sql | Chart | Warn | TableSchema | JsonRows
    | UsageLine | ClarificationLine | ErrorLine
)  # fmt: skip
"""What a program may write: the chunks of the outside wire, and three lines more."""

OUTPUT_TYPES = frozenset(str(kind.__struct_config__.tag) for kind in get_args(ProgramOutput))


def schema() -> dict[str, Any]:
    """The protocol as JSON Schema (2020-12): `#/$defs/input` and `#/$defs/output` are one line each."""
    inputs, outputs = ProgramJob | ProgramCancel, ProgramOutput
    (into, out), parts = msgspec.json.schema_components([inputs, outputs], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Deadstop's protocol for agents that are programs, version {PROGRAM_PROTOCOL}",
        "$defs": {"input": into, "output": out, **parts},
    }


def schema_text() -> str:
    """The schema as JSON text, as it stands in `docs/agent-protocol.schema.json`."""
    return json.dumps(schema(), indent=1) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
