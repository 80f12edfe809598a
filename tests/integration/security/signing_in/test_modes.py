"""Other accounts of the machine: they read nothing of ours, and what they have planted is not used."""

import asyncio
import logging
import os
import re
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bus.address import HISTORY_NAME, KEY_NAME
from bus.contract.settings import Settings
from bus.contract.settings_file import load_settings
from bus.contract.vocabulary import Role
from bus.log import LOG_NAME
from bus.serve_contract import UNUSABLE
from bus.system.private_files import NotPrivate, keep_private, private_folder
from bus.tokens import TOKENS_NAME, TokenBook, TokensError, create_token, read_tokens
from gateway.auth.cookies import SECRET_NAME, read_secret
from gateway.auth.revoked_sessions import SIGNED_OUT_NAME, RevokedSessions
from ops.checks import folders
from ops.checks.finding import Level
from tests.harness.gateways import running_gateway
from tests.harness.servers import ROOT, running_supervisor
from tests.harness.zoo import zoo_settings

NOBODY, SOMEBODY = 65534, 65533
OPEN_MODES = (0o755, 0o750, 0o777, 0o711)

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def open_to_others(folder: Path) -> list[str]:
    """Everything beneath the folder that has a mode for group or others."""
    return [str(path) for path in (folder, *folder.rglob("*")) if not path.is_symlink() and mode(path) & 0o077]


@pytest.fixture
def generous_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def short_path() -> Iterator[Path]:
    """Sockets' paths have few bytes."""
    with tempfile.TemporaryDirectory(prefix="deadstop-modes-") as folder:
        yield Path(folder)


@pytest.mark.usefixtures("generous_umask")
async def test_whatever_the_umask_was_nothing_that_is_made_is_open(tmp_path: Path, short_path: Path) -> None:
    """The parents of the state folder, log, sockets, scratch folders, history, token file, secrets."""
    settings = {**zoo_settings(), "bus.runtime_dir": str(short_path / "run" / "deep")}
    place = tmp_path / "made" / "by" / "us"
    async with running_supervisor(place, settings) as supervisor, running_gateway(supervisor.state_dir, settings):
        await asyncio.to_thread(run, "ops", "token", "create", "x", "--state-dir", str(supervisor.state_dir))
        assert [token.name for token in read_tokens(supervisor.state_dir)] == ["x"]
        await supervisor.events(await supervisor.submit("select 1 as one", "sql"))
        job_id = await supervisor.running("leaves_files")
        for folder in (tmp_path / "made", short_path / "run"):
            assert open_to_others(folder) == []
        names = {path.name for path in (short_path / "run").rglob("*")}
        assert "pipe" in names
        await supervisor.stop(job_id)
        await supervisor.events(job_id)
    assert open_to_others(tmp_path / "made") == []


@pytest.mark.parametrize("was", OPEN_MODES)
async def test_an_open_state_folder_is_closed_at_the_start(tmp_path: Path, was: int) -> None:
    async with running_supervisor(tmp_path, zoo_settings()) as supervisor:
        create_token(supervisor.state_dir, "laptop", "eve", Role.USER)
        read_secret(supervisor.state_dir)
    secrets = [tmp_path / "state" / name for name in (LOG_NAME, KEY_NAME, TOKENS_NAME, SECRET_NAME)]
    for path in secrets:
        path.chmod(0o666)
    (tmp_path / "state" / HISTORY_NAME).chmod(was)
    (tmp_path / "state").chmod(was)
    async with running_supervisor(tmp_path, zoo_settings()) as supervisor:
        assert mode(supervisor.state_dir) == was & 0o700
        TokenBook([], supervisor.state_dir).callers()
        read_secret(supervisor.state_dir)
        assert {path.name: mode(path) for path in secrets} == {path.name: 0o600 for path in secrets}
        assert mode(supervisor.state_dir / HISTORY_NAME) == was & 0o700


def test_what_was_open_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch(0o644)
    (tmp_path / "file").chmod(0o644)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            keep_private(tmp_path / "file")
        keep_private(tmp_path / "missing")
    assert [record.getMessage() for record in caplog.records] == [
        f"{tmp_path / 'file'} was open to other accounts (mode 0644), and is private now"
    ]


def run(module: str, *arguments: str, **environment: str) -> tuple[int, str]:
    """Exit status and standard error of a program of ours."""
    command, env = [sys.executable, "-m", module, *arguments], {**os.environ, **environment}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=200, check=False)
    return done.returncode, done.stderr


@needs_root
def test_a_state_folder_of_somebody_else_is_refused_with_the_command(tmp_path: Path) -> None:
    state_dir = tmp_path / "state"
    state_dir.mkdir(mode=0o777)
    os.chown(state_dir, NOBODY, NOBODY)
    for arguments in (["serve", "--port", "0"], ["token", "create", "x"]):
        status, said = run("ops", *arguments, "--state-dir", str(state_dir))
        assert status != 0
        assert f"{state_dir} belongs to nobody" in said
        assert f"sudo chown -R 0 {state_dir} && sudo chmod -R go= {state_dir}" in said
        assert "Traceback" not in said
    assert list(state_dir.iterdir()) == []


LOGGED = re.compile(r"\d\d:\d\d:\d\d supervisor ")
PLANTED = [LOG_NAME, f"{LOG_NAME}-wal", KEY_NAME, HISTORY_NAME]


@needs_root
@pytest.mark.parametrize("name", PLANTED)
@pytest.mark.parametrize("kind", ["another's", "link"])
def test_what_somebody_has_planted_is_not_served(tmp_path: Path, name: str, kind: str) -> None:
    """A folder that was open once may hold what others have put there."""
    state_dir = private_folder(tmp_path / "state")
    plant(state_dir / name, kind, is_folder=name == HISTORY_NAME)
    places = {"DEADSTOP_SUPERVISOR__STATE_DIR": str(state_dir), "DEADSTOP_BUS__RUNTIME_DIR": str(tmp_path)}
    status, said = run("supervisor", **places)
    assert status == UNUSABLE, said
    assert f"{state_dir / name} {'belongs to nobody' if kind != 'link' else 'is a link'}" in said
    assert len([line for line in said.splitlines() if not LOGGED.match(line)]) == 1, said


@needs_root
@pytest.mark.parametrize("kind", ["another's", "link"])
def test_a_planted_token_lets_nobody_in(tmp_path: Path, kind: str) -> None:
    state_dir, elsewhere = private_folder(tmp_path / "state"), private_folder(tmp_path / "elsewhere")
    create_token(elsewhere, "mine", "mallory", Role.OPERATOR)
    book = TokenBook([], state_dir)
    if kind == "link":
        (state_dir / TOKENS_NAME).symlink_to(elsewhere / TOKENS_NAME)
    else:
        (elsewhere / TOKENS_NAME).rename(state_dir / TOKENS_NAME)
        os.chown(state_dir / TOKENS_NAME, NOBODY, NOBODY)
    assert book.callers() == {}
    with pytest.raises(TokensError, match="is a link" if kind == "link" else "belongs to nobody"):
        read_tokens(state_dir)


@needs_root
def test_a_folder_that_somebody_has_put_in_its_place_lets_nobody_in() -> None:
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        state_dir = private_folder(Path(place) / "state")
        create_token(state_dir, "mine", "mallory", Role.OPERATOR)
        for path in (state_dir, state_dir / TOKENS_NAME):
            path.chmod(0o755)
            os.chown(path, NOBODY, NOBODY)
        os.seteuid(SOMEBODY)
        try:
            assert TokenBook([], state_dir).callers() == {}
        finally:
            os.seteuid(0)


def test_a_folder_that_all_may_replace_is_refused_with_the_command(tmp_path: Path) -> None:
    place = tmp_path / "open"
    state_dir = private_folder(place / "state")
    for mode_of_place, refused in ((0o777, True), (0o1777, False), (0o755, False)):
        place.chmod(mode_of_place)
        assert (folders.state_dir(settings_of(state_dir)).todo == f"chmod o-w {place}") is refused
        if refused:
            with pytest.raises(NotPrivate, match=f"as {place} can be changed by all .mode 0777.: chmod o-w {place}"):
                private_folder(state_dir)
        else:
            private_folder(state_dir)


@needs_root
@pytest.mark.parametrize("kind", ["another's", "link"])
def test_a_planted_secret_signs_no_cookie(tmp_path: Path, kind: str) -> None:
    state_dir = private_folder(tmp_path / "state")
    for name, read in ((SECRET_NAME, read_secret), (SIGNED_OUT_NAME, RevokedSessions)):
        plant(state_dir / name, kind)
        with pytest.raises(NotPrivate, match=name):
            read(state_dir)


def plant(path: Path, kind: str, *, is_folder: bool = False) -> None:
    if kind == "link":
        path.symlink_to("/etc/hostname")
        return
    path.mkdir() if is_folder else path.touch()
    os.chown(path, NOBODY, NOBODY)


def settings_of(state_dir: Path) -> Settings:
    return load_settings(None, {}, {"supervisor.state_dir": str(state_dir)})


@pytest.mark.parametrize("was", OPEN_MODES)
def test_doctor_finds_an_open_folder_and_changes_nothing(tmp_path: Path, was: int) -> None:
    state_dir = private_folder(tmp_path / "state")
    assert folders.state_dir(settings_of(state_dir)).level is Level.OK
    state_dir.chmod(was)
    found = folders.state_dir(settings_of(state_dir))
    what = "changed" if was & 0o022 else "read"
    assert (found.level, found.todo) == (Level.PROBLEM, f"chmod go= {state_dir}")
    assert found.found == f"{state_dir} can be {what} by other accounts (mode {was:04o})"
    assert mode(state_dir) == was


@needs_root
def test_doctor_finds_what_was_planted(tmp_path: Path) -> None:
    state_dir = private_folder(tmp_path / "state")
    plant(state_dir / TOKENS_NAME, "another's")
    found = folders.state_dir(settings_of(state_dir))
    assert found.level is Level.PROBLEM
    assert f"{TOKENS_NAME} belongs to nobody" in found.found
    assert found.todo.startswith("sudo chown -R 0 ")


@needs_root
def test_who_looks_as_root_looks_for_the_folders_owner(tmp_path: Path) -> None:
    state_dir = private_folder(tmp_path / "state")
    create_token(state_dir, "x", "ann", Role.USER)
    for path in (state_dir, *state_dir.iterdir()):
        os.chown(path, NOBODY, NOBODY)
    assert folders.state_dir(settings_of(state_dir)).level is Level.OK
    assert [token.user for token in read_tokens(state_dir)] == ["ann"]
