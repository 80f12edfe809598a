"""The result that a job hands over at its end stays small, however much it has streamed."""

from agent_worker.runtime.result_builder import MAX_RESULT_BYTES, MAX_TIMINGS, ResultBuilder
from bus.contract.events import Node, ResponseChunk, Usage


def test_the_result_holds_the_beginning_of_a_text_that_is_too_long() -> None:
    builder = ResultBuilder("how much?")
    for number in range(100):
        builder.add(ResponseChunk("response", str(number % 10) * 65_536))
    builder.add(ResponseChunk("prompt_monitor", "short"))
    output = builder.result(Usage(), None, truncated=False).final_output
    assert len(output["response"]) == MAX_RESULT_BYTES
    assert output["response"][65_535:65_537] == "01"
    assert output["prompt_monitor"] == "short"


def test_the_times_of_steps_are_bounded_too() -> None:
    builder = ResultBuilder("how much?")
    for number in range(MAX_TIMINGS + 10):
        builder.add(Node(f"step {number}", "finished", 1.0))
    builder.add(Node("step 0", "finished", 1.0))
    timings = builder.result(Usage(), None, truncated=False).timings
    assert len(timings) == MAX_TIMINGS
    assert timings["step 0_ms"] == 2.0
