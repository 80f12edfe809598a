"""What no worker may send is found before it is logged."""

import pytest

from bus.contract.events import Chart, Event, Status, TableRows, Tool, Usage
from bus.transport.codec import encode
from bus.wire.worker import EventBatch
from supervisor.control.worker_message_check import fault_in
from tests.programs.forges import BLOBS


def batch(count: int, blob: bytes) -> EventBatch:
    return EventBatch(b"token", 1, Usage(), blob, count=count)


@pytest.mark.parametrize("name", BLOBS)
def test_what_cannot_be_shown_is_a_fault(name: str) -> None:
    fault = fault_in(batch(*BLOBS[name]))
    assert fault is not None
    assert fault.startswith("The worker sent ")


def test_what_workers_say_is_none() -> None:
    said: list[Event] = [Status("a"), Chart({"a": [1]}), Tool("look", {"a": {"b": 1}}, "started"), TableRows(b"", 0)]
    assert fault_in(batch(4, encode(said))) is None
