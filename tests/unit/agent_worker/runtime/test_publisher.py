"""A worker's line of events: when it yields to the loop."""

import asyncio

from agent_worker.runtime.event_loop import CountingLoop
from agent_worker.runtime.publisher import Publisher
from bus.contract.events import Result, Usage
from bus.contract.vocabulary import Reason
from bus.transport.codec import Decoder
from bus.transport.delivery import SendWindow
from bus.transport.sockets import connect_worker_publisher, new_context
from bus.wire.worker import MAX_MESSAGE_BYTES, Failure, Finished, Outcome, Success

_decode_finished = Decoder[Finished](Finished)
_decode_outcome = Decoder[Outcome](Outcome)


def test_it_yields_to_the_loop_only_if_the_loop_has_not_run_meanwhile() -> None:
    loop, context = CountingLoop(), new_context()
    passes: list[int] = []

    async def yield_once(publisher: Publisher) -> None:
        before = loop.passes
        await publisher.yield_to_loop()
        passes.append(loop.passes - before)

    async def agent() -> None:
        publisher = Publisher(
            loop, connect_worker_publisher(context, "inproc://nobody"), b"", SendWindow(8, 1000), Usage
        )
        await asyncio.sleep(0)  # as an agent does that waits for something
        await yield_once(publisher)
        await yield_once(publisher)
        await yield_once(publisher)
        await asyncio.sleep(0)
        await yield_once(publisher)
        publisher.close()

    loop.run_until_complete(agent())
    loop.close()
    context.term()
    assert passes == [0, 1, 1, 0]


async def test_a_result_that_no_message_holds_ends_the_job_as_a_failure() -> None:
    loop, context, window = CountingLoop(), new_context(), SendWindow(8, 1000)
    publisher = Publisher(loop, connect_worker_publisher(context, "inproc://nobody"), b"", window, Usage)
    publisher.finish(Success(Result({"text": "x" * MAX_MESSAGE_BYTES}, Usage(), {})))
    (sent,) = window.unacknowledged()
    publisher.close()
    context.term()
    loop.close()
    outcome = _decode_outcome(_decode_finished(sent.message).blob)
    assert isinstance(outcome, Failure)
    assert (outcome.reason, outcome.retryable) == (Reason.OUTPUT_LIMIT, False)
    assert "the limit is 67,108,864" in outcome.error
