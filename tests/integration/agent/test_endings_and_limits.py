"""However an agent leaves, what it has said arrives, and its job ends with an error that can be shown."""

import pytest

from bus.contract.events import Progress, ResponseChunk, Warn
from tests.harness.asking import ask
from tests.harness.servers import Supervisor
from tests.harness.zoo import zoo_settings

LIMITS_AGENT = """
from bus.contract.events import Node, Progress, Status

async def run(job, context):
    if job.question == "long text":
        yield "ä" * 17_000_000
    if job.question == "progress":
        for fraction in (-1, 0.5, 7, float("nan"), float("inf")):
            context.progress(fraction)
        yield Progress(3.5, "y" * 10_000)
    if job.question == "long messages":
        context.status("s" * 100_000)
        context.warn("w" * 100_000)
        yield Node("n" * 100_000, "started")
"""

SETTINGS = {**zoo_settings(), "agents.limits": {"entrypoint": "says_too_much:run", "sandbox": False}}

pytestmark = pytest.mark.asyncio(loop_scope="module")

WORDS = "".join(f"word{number} " for number in range(50))


@pytest.fixture(scope="module", autouse=True)
def agents_folder(tmp_path_factory: pytest.TempPathFactory) -> object:
    folder = tmp_path_factory.mktemp("agents")
    (folder / "says_too_much.py").write_text(LIMITS_AGENT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(folder))
        yield


@pytest.mark.parametrize(
    ("way", "words"),
    [
        ("exit", "SystemExit(7)"),
        ("interrupt", "KeyboardInterrupt"),
        ("generator exit", "GeneratorExit"),
        ("unshowable", "Unshowable, which cannot be shown"),
        ("exit in a task", "SystemExit(7)"),
        ("exit in a callback", "SystemExit(7)"),
    ],
)
async def test_what_was_said_before_is_kept(supervisor: Supervisor, way: str, words: str) -> None:
    job = await ask(supervisor, way, "leaves")
    assert job.response == WORDS
    assert (job.failed.code, words in job.failed.error) == ("agent_error", True), job.failed


async def test_an_error_is_shown_at_a_bounded_length(supervisor: Supervisor) -> None:
    job = await ask(supervisor, "long error", "leaves")
    assert job.response == WORDS
    assert len(job.failed.error) == 4_000
    assert len(job.record.error) == 4_000


async def test_a_long_text_comes_in_pieces_that_every_client_takes(supervisor: Supervisor) -> None:
    job = await ask(supervisor, "long text", "limits")
    pieces = [event.chunk for event in job.events if isinstance(event, ResponseChunk)]
    assert "".join(pieces) == "ä" * 17_000_000
    assert max(map(len, pieces)) == 65_536
    assert len(job.result.final_output["response"]) == 2_000_000


async def test_progress_goes_from_0_to_1_and_more_is_said_once(supervisor: Supervisor) -> None:
    job = await ask(supervisor, "progress", "limits")
    assert [event.fraction for event in job.events if isinstance(event, Progress)] == [0.0, 0.5, 1.0, None, 1.0, 1.0]
    warnings = [event.message for event in job.events if isinstance(event, Warn)]
    assert warnings == ["The agent said that it is -1 done; progress goes from 0 to 1."]


async def test_messages_are_cut_off_where_they_are_longer_than_people_read(supervisor: Supervisor) -> None:
    job = await ask(supervisor, "long messages", "limits")
    assert [len(text) for text in job.statuses] == [4_000]
    assert [len(event.message) for event in job.events if isinstance(event, Warn)] == [4_000]
