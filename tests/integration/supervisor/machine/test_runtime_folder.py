"""The folder of the sockets is ours alone: what else lies where somebody has put it stays."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from bus.address import MAX_IPC_PATH_BYTES, make_address, make_runtime_folder, read_address
from bus.client import BusClient
from bus.contract.events import Status
from bus.transport.sockets import BusError
from bus.wire.commands import ReadStats
from bus.wire.replies import Stats
from tests.harness.servers import OPERATOR, running_supervisor
from tests.harness.zoo import zoo_settings

NOBODY = 65534


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
        make_runtime_folder(place)
    assert precious.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("planted", ["link", "another user's"])
async def test_no_command_goes_to_a_folder_that_is_not_the_servers(tmp_path: Path, planted: str) -> None:
    """Once the supervisor has ended, the folder's name is free for every user of the machine."""
    if planted == "another user's" and os.getuid() != 0:
        pytest.skip("only root can give a folder away")
    async with running_supervisor(tmp_path, zoo_settings()) as supervisor:
        folder = Path(read_address(supervisor.state_dir).runtime_dir)
        client = BusClient.connect(supervisor.state_dir)
        await client.request(ReadStats(OPERATOR), Stats)
        await supervisor.end()
        plant(folder, planted)
        said = "is no folder" if planted == "link" else f"belongs to user id {NOBODY}"
        with pytest.raises(BusError, match=f"{folder.name} {said}.*nothing was sent there"):
            await client.request(ReadStats(OPERATOR), Stats)
        with pytest.raises(BusError, match=f"{folder.name} {said}"):
            BusClient.connect(supervisor.state_dir)
        client.close()
        dig_up(folder)


def plant(place: Path, what: str) -> None:
    if what == "link":
        place.symlink_to(tempfile.gettempdir())
    else:
        place.mkdir(mode=0o777)
        os.chown(place, NOBODY, NOBODY)


def dig_up(place: Path) -> None:
    if place.is_symlink():
        place.unlink()
    else:
        place.rmdir()
