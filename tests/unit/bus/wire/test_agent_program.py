"""The protocol of agents that are programs stands in `docs/` as the types say it."""

import json
import re
from pathlib import Path

from bus.wire.agent_program import OUTPUT_TYPES, PROGRAM_PROTOCOL, ProgramJob, schema, schema_text

DOCS = Path(__file__).parents[4] / "docs"
PAGE = (DOCS / "agent-protocol.md").read_text()


def test_the_schema_is_the_one_of_the_types() -> None:
    """`make schema` writes it anew."""
    assert (DOCS / "agent-protocol.schema.json").read_text() == schema_text()


def test_the_schema_is_whole() -> None:
    text = json.dumps(schema())
    assert set(re.findall(r'"#/\$defs/(\w+)"', text)) <= set(schema()["$defs"])
    assert set(schema()["$defs"]["output"]["discriminator"]["mapping"]) == OUTPUT_TYPES


def test_the_page_names_version_types_and_fields() -> None:
    assert f"Version **{PROGRAM_PROTOCOL}**" in PAGE
    assert [name for name in (*OUTPUT_TYPES, *ProgramJob.__struct_fields__) if f"`{name}`" not in PAGE] == []
