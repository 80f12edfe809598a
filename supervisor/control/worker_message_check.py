"""Whether a worker says what workers may say: code that has broken out of an engine can send anything. Pure."""

import math
from typing import Any

import msgspec

from bus.contract.events import Chart, Tool, Usage, WorkerEvent
from bus.transport.codec import CodecError, Decoder
from bus.wire.worker import CancelledOutcome, EventBatch, Failure, Outcome, Success

MAX_COUNTED = 2**53
"""Of rows, tokens and calls: what every reader of JSON still counts exactly."""

MAX_COST_USD = 1e9

_ROOM_LEVELS = 200
"""What is passed on is nested in other things, and encoded by callers that are deep in calls themselves."""

_decode: Decoder[list[WorkerEvent]] = Decoder(list[WorkerEvent])


def fault_in(batch: EventBatch) -> str | None:
    """Why this batch must not be logged, in words for people; None for one that may."""
    try:
        events = _decode(batch.blob)
    except CodecError as error:
        return f"The worker sent an event that no worker may send, or that cannot be read ({error})."
    if len(events) != batch.count:
        return f"The worker sent {len(events):,} events and called them {batch.count:,}."
    for event in events:
        what, free = _free_part(event)
        if what and not _can_be_shown(free):
            return f"The worker sent {what} that no client can be shown: it is not JSON, or nested too deeply."
    return None


def _free_part(event: WorkerEvent) -> tuple[str, Any]:
    """What an event has that may be of any form, and what it is called; "" for none."""
    match event:
        case Chart(spec=spec):
            return "a chart", spec
        case Tool(arguments=arguments):
            return "arguments of a tool", arguments
    return "", None


def fault_in_outcome(outcome: Outcome) -> str | None:
    """Why a job cannot end with this, in words for people; None where it can."""
    match outcome:
        case Success(result=result):
            shown: Any = result.final_output
        case Failure(details=details):
            shown = details
        case CancelledOutcome():
            return None
    return None if _can_be_shown(shown) else "The worker sent a result that is not JSON, or nested too deeply."


def fault_in_usage(usage: Usage) -> str | None:
    """Why this cannot be what a job has used, in words for people; None where it can."""
    for name, value in msgspec.structs.asdict(usage).items():
        limit = MAX_COST_USD if isinstance(value, float) else MAX_COUNTED
        if not math.isfinite(value) or not 0 <= value <= limit:
            return (
                f"The worker says that it has used {value:,} for {name}; that can only be a number from 0 to {limit:,}."
            )
    return None


def _can_be_shown(value: Any) -> bool:
    for _ in range(_ROOM_LEVELS):
        value = [value]
    try:
        msgspec.json.encode(value)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return False
    return True
