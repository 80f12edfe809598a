"""The folder of the sockets is ours alone: what else lies where somebody has put it stays."""

import shutil
import tempfile
from pathlib import Path

import pytest

from bus.address import make_address, read_address
from bus.events import Status
from bus.sockets import BusError
from tests.servers import running_supervisor
from tests.workers import zoo_settings


async def test_a_named_runtime_folder_keeps_what_else_is_in_it(tmp_path: Path) -> None:
    named = Path(tempfile.mkdtemp())
    (named / "another" / "server").mkdir(parents=True)
    (named / "precious").write_text("not ours")
    settings = {**zoo_settings(), "bus.runtime_dir": str(named)}
    async with running_supervisor(tmp_path, settings) as supervisor:
        assert Path(read_address(supervisor.state_dir).runtime_dir).parent == named
        job_id = await supervisor.submit("hello", "echoes")
        assert any(isinstance(event, Status) for _, event in await supervisor.events(job_id))
    assert names_in(named) == ["another", "precious"]
    assert (named / "another" / "server").is_dir()
    shutil.rmtree(named)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_runtime_folder_too_deep_for_any_of_the_sockets_is_refused_with_the_numbers() -> None:
    make_address(Path("/state"), "/" + "d" * 54)
    with pytest.raises(BusError, match="has 108 bytes, the limit is 107"):
        make_address(Path("/state"), "/" + "d" * 55)
