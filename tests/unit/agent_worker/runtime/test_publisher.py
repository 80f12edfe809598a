"""A worker's line of events: when it gives the loop its turn."""

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


def test_the_loop_gets_a_turn_only_if_it_has_had_none() -> None:
    loop, context = CountingLoop(), new_context()
    turns: list[int] = []

    async def give_turn(publisher: Publisher) -> None:
        before = loop.turns
        await publisher.yield_to_loop()
        turns.append(loop.turns - before)

    async def agent() -> None:
        publisher = Publisher(
            loop, connect_worker_publisher(context, "inproc://nobody"), b"", SendWindow(8, 1000), Usage
        )
        await asyncio.sleep(0)  # as an agent does that waits for something
        await give_turn(publisher)
        await give_turn(publisher)
        await give_turn(publisher)
        await asyncio.sleep(0)
        await give_turn(publisher)
        publisher.close()

    loop.run_until_complete(agent())
    loop.close()
    context.term()
    assert turns == [0, 1, 1, 0]


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
