"""The protocol page says what the code does."""

import re
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from bus.contract import events
from bus.contract.events import Chunk, Usage
from bus.contract.vocabulary import Reason, Refusal, Rung, State
from bus.transport.codec import BUS_VERSION
from bus.wire.commands import AnyCommand
from bus.wire.outside import PROTOCOL_VERSION, Outside, OutsideJob
from bus.wire.replies import UNAVAILABLE
from gateway.app import routes
from gateway.wire.client_frames import EVENTS
from gateway.wire.connection_frames import Authenticated
from gateway.wire.errors import STATUS

PAGE = (Path(__file__).parents[4] / "docs" / "protocol.md").read_text()
ROWS = re.findall(r"^\| `([^`]+)` \|(.*)\|$", PAGE, re.MULTILINE)


def row(name: str, *, naming: str = "") -> str:
    """The rest of the table row that begins with `name`."""
    found = [rest for first, rest in ROWS if first == name and naming in rest]
    assert found, f"docs/protocol.md has no table row for `{name}`"
    return " ".join(found)


def server_frames() -> dict[str, type[Any]]:
    assert Authenticated in Outside.__subclasses__()
    return {str(struct.__struct_config__.tag): struct for struct in Outside.__subclasses__()}


def fields(struct: type[Any]) -> tuple[str, ...]:
    return tuple(field.encode_name for field in msgspec.structs.fields(struct))


def tag(struct: type[Any]) -> str:
    return str(struct.__struct_config__.tag)


def test_the_page_states_both_versions() -> None:
    outside, bus = PAGE.split("## The bus")
    assert f"Version **{PROTOCOL_VERSION}**" in outside
    assert f"Version **{BUS_VERSION}**" in bus


@pytest.mark.parametrize("name", EVENTS)
def test_every_event_from_the_client(name: str) -> None:
    for field in fields(EVENTS[name]):
        assert f"`{field}`" in row(name), f"field `{field}` of `{name}`"


@pytest.mark.parametrize("name", server_frames())
def test_every_event_from_the_server(name: str) -> None:
    data = next(field.type for field in msgspec.structs.fields(server_frames()[name]) if field.name == "data")
    for field in fields(data):
        assert f"`{field}`" in row(name), f"field `{field}` of `{name}`"


@pytest.mark.parametrize("chunk", get_args(Chunk), ids=tag)
def test_every_chunk(chunk: type[Any]) -> None:
    wanted = ("rows", "encoding") if chunk is events.TableRows else fields(chunk)
    for field in wanted:
        assert f"`{field}`" in row(tag(chunk)), f"field `{field}` of chunk `{tag(chunk)}`"


@pytest.mark.parametrize("name", [*State, *Reason, *Rung, *Refusal, UNAVAILABLE])
def test_every_state_reason_rung_and_refusal(name: str) -> None:
    assert row(name)


@pytest.mark.parametrize(("code", "status"), STATUS.items())
def test_every_code_with_its_status(code: str, status: int) -> None:
    assert re.search(rf"\b{int(status)}\b", row(code)), f"`{code}` comes with {int(status)}"


@pytest.mark.parametrize("struct", [OutsideJob, Usage])
def test_every_field_of_lists(struct: type[Any]) -> None:
    for field in fields(struct):
        assert re.search(rf"\b{field}\b", PAGE), f"field `{field}`"


@pytest.mark.parametrize("command", get_args(AnyCommand), ids=tag)
def test_every_command_of_the_bus(command: type[Any]) -> None:
    assert f"`{tag(command)}`" in PAGE.partition("## The bus")[2]


def test_every_address() -> None:
    for route in routes():
        path = re.sub(r"\{(job|conversation)_id\}", "{id}", route.path).replace("{format:json|csv|parquet}", "json")
        if not path.startswith("/assets"):
            assert f"{route.method} {path}" in PAGE, f"{route.method} {path}"
