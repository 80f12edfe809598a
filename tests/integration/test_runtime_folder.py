"""The folder of the sockets is ours alone: what else lies where somebody has put it stays."""

import shutil
import tempfile
from pathlib import Path

import pytest

from bus.address import MAX_IPC_PATH_BYTES, make_address, private_folder, read_address
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
    make_address(Path("/state"), "/" + "d" * 71)
    with pytest.raises(BusError, match="has 108 bytes, the limit is 107"):
        make_address(Path("/state"), "/" + "d" * 72)


async def test_every_socket_can_be_bound_beneath_the_deepest_folder(tmp_path: Path) -> None:
    parent = Path(tempfile.mkdtemp())
    named = parent / ("d" * (71 - len(str(parent))))
    async with running_supervisor(tmp_path, {**zoo_settings(), "bus.runtime_dir": str(named)}) as supervisor:
        assert len(read_address(supervisor.state_dir).collector.removeprefix("ipc://")) == MAX_IPC_PATH_BYTES
        job_id = await supervisor.submit("hello", "echoes")
        assert any(isinstance(event, Status) for _, event in await supervisor.events(job_id))
    shutil.rmtree(parent)


@pytest.mark.parametrize("planted", ["link to a folder", "link to nothing", "file"])
def test_what_somebody_put_in_place_of_the_folder_is_refused(tmp_path: Path, planted: str) -> None:
    """A link there to a folder of ours would have that folder emptied."""
    precious = tmp_path / "precious"
    precious.mkdir(mode=0o755)
    place = tmp_path / "deadstop-0-1234"
    if planted == "file":
        place.touch()
    else:
        place.symlink_to(precious if planted == "link to a folder" else tmp_path / "nowhere")
    with pytest.raises(BusError, match=r"deadstop-0-1234 is no folder; remove it, or set \[bus\] runtime_dir"):
        private_folder(place)
    assert precious.stat().st_mode & 0o777 == 0o755
