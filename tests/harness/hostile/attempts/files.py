"""Files of others: read, write, remove, run."""

import fcntl
import mmap
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

from tests.harness.hostile.ground import Ground


def _secret(ground: Ground) -> Path:
    return ground.outside / "secret.csv"


def _table(ground: Ground) -> Path:
    return ground.data / "t.parquet"


def read_a_file_outside(ground: Ground) -> object:
    return _secret(ground).read_text()


def read_it_through_a_link(ground: Ground) -> object:
    link = ground.scratch / "link"
    link.unlink(missing_ok=True)
    link.symlink_to(_secret(ground))
    return link.read_text()


def read_it_through_a_hard_link(ground: Ground) -> object:
    link = ground.scratch / "hard"
    link.unlink(missing_ok=True)
    link.hardlink_to(_secret(ground))
    return link.read_text()


def read_it_through_proc_root(ground: Ground) -> object:
    return Path(f"/proc/self/root{_secret(ground)}").read_text()


def read_it_through_proc_cwd(ground: Ground) -> object:
    return Path(f"/proc/self/cwd/{os.path.relpath(_secret(ground))}").read_text()


def read_it_by_dots_from_the_data(ground: Ground) -> object:
    return (ground.data / ".." / "outside" / "secret.csv").read_text()


def read_it_relative_to_a_folder(ground: Ground) -> object:
    folder = os.open(ground.data, os.O_RDONLY | os.O_DIRECTORY)
    return os.read(os.open("../outside/secret.csv", os.O_RDONLY, dir_fd=folder), 100)


def reopen_a_handle(ground: Ground) -> object:
    handle = os.open(_secret(ground), os.O_PATH)
    return os.read(os.open(f"/proc/self/fd/{handle}", os.O_RDONLY), 100)


def map_a_file_outside(ground: Ground) -> object:
    with _secret(ground).open("rb") as file:
        return bytes(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def read_it_by_another_program(ground: Ground) -> object:
    return subprocess.run(["/bin/cat", _secret(ground)], capture_output=True, check=True).stdout


def read_it_by_another_interpreter(ground: Ground) -> object:
    code = f"print(open({str(_secret(ground))!r}).read())"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout


def list_a_folder_outside(ground: Ground) -> str:
    return f"listed {next(ground.outside.iterdir())}"


def read_a_neighbours_scratch(ground: Ground) -> object:
    return (ground.neighbour / "rows.arrow").read_text()


def read_accounts(ground: Ground) -> str:
    return f"read {len(Path('/etc/shadow').read_text())} characters"


def overwrite_the_data(ground: Ground) -> None:
    _table(ground).write_bytes(b"PAR1 nothing PAR1")


def append_to_the_data(ground: Ground) -> None:
    with _table(ground).open("ab") as file:
        file.write(b"x")


def cut_the_data(ground: Ground) -> None:
    os.truncate(_table(ground), 0)


def write_the_data_by_position(ground: Ground) -> None:
    os.pwrite(os.open(_table(ground), os.O_RDWR), b"x", 4)


def map_the_data_for_writing(ground: Ground) -> None:
    with _table(ground).open("r+b") as file, mmap.mmap(file.fileno(), 0) as mapped:
        mapped[4:5] = b"x"


def write_the_data_through_a_hard_link(ground: Ground) -> None:
    link = ground.scratch / "data"
    link.unlink(missing_ok=True)
    link.hardlink_to(_table(ground))
    link.write_bytes(b"x")


def add_to_the_data(ground: Ground) -> None:
    (ground.data / "new.parquet").write_bytes(b"PAR1")


def remove_the_data(ground: Ground) -> None:
    _table(ground).unlink()


def take_the_data_away(ground: Ground) -> None:
    _table(ground).rename(ground.scratch / "taken")


def put_a_file_in_its_place(ground: Ground) -> None:
    mine = ground.scratch / "mine"
    mine.write_bytes(b"PAR1")
    mine.replace(_table(ground))


def swap_two_of_its_files(ground: Ground) -> None:
    first, second, between = _table(ground), ground.data / "u.parquet", ground.data / "between"
    first.rename(between)
    second.rename(first)


def make_a_folder_in_the_data(ground: Ground) -> None:
    (ground.data / "year=2013").mkdir()


def link_a_file_into_the_data(ground: Ground) -> None:
    (ground.data / "x.parquet").symlink_to("/etc/passwd")


def make_a_pipe_outside(ground: Ground) -> None:
    os.mkfifo(ground.outside / "pipe")


def make_a_socket_outside(ground: Ground) -> None:
    os.chdir(ground.scratch)
    socket.socket(socket.AF_UNIX).bind(os.path.relpath(ground.outside / "s"))


def write_a_file_outside(ground: Ground) -> None:
    (ground.outside / "mine").write_text("x")


def write_a_file_without_a_name_outside(ground: Ground) -> str:
    os.write(os.open(ground.outside, os.O_TMPFILE | os.O_RDWR), b"x")
    return "wrote"


def write_into_a_neighbours_scratch(ground: Ground) -> None:
    (ground.neighbour / "rows.arrow").write_text("other rows")


def write_shared_memory(ground: Ground) -> str:
    file = Path("/dev/shm/deadstop-hostile")
    file.write_text("x")
    file.unlink()
    return "wrote"


def make_a_character_device(ground: Ground) -> str:
    return _device(ground, stat.S_IFCHR, os.makedev(1, 5))


def make_a_block_device(ground: Ground) -> str:
    return _device(ground, stat.S_IFBLK, os.makedev(7, 7))


def _device(ground: Ground, kind: int, number: int) -> str:
    path = ground.scratch / "device"
    os.mknod(path, kind | 0o600, number)
    path.unlink()
    return "made"


def run_what_it_has_written(ground: Ground) -> str:
    program = ground.scratch / "program"
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o700)
    subprocess.run([program], check=True)
    return "ran"


def run_another_program(ground: Ground) -> str:
    subprocess.run(["/bin/true"], check=True)
    return "ran"


def open_a_file_to_everybody(ground: Ground) -> str:
    _secret(ground).chmod(0o644)
    return "opened to all"


def open_a_folder_to_everybody(ground: Ground) -> str:
    ground.outside.chmod(0o700)
    return "opened to all"


def change_the_mode_of_what_is_open(ground: Ground) -> str:
    os.fchmod(os.open(_table(ground), os.O_RDONLY), 0o644)
    return "changed a mode"


def give_a_file_away(ground: Ground) -> str:
    os.chown(_secret(ground), os.getuid(), os.getgid())
    return "gave away"


def make_the_data_look_old(ground: Ground) -> str:
    os.utime(_table(ground))
    return "changed its time"


def mark_the_data(ground: Ground) -> str:
    os.setxattr(_table(ground), "user.hostile", b"x")
    os.removexattr(_table(ground), "user.hostile")
    return "marked"


def make_others_wait_for_the_data(ground: Ground) -> str:
    fcntl.fcntl(os.open(_table(ground), os.O_RDONLY), fcntl.F_SETLEASE, fcntl.F_WRLCK)
    return "holds it"


def be_told_what_happens_in_the_data(ground: Ground) -> str:
    signal.signal(signal.SIGIO, signal.SIG_IGN)
    fcntl.fcntl(os.open(ground.data, os.O_RDONLY), fcntl.F_NOTIFY, fcntl.DN_CREATE | fcntl.DN_MULTISHOT)
    return "is told"


def turn_a_switch_of_the_kernel(ground: Ground) -> str:
    os.open("/proc/sys/kernel/hostname", os.O_WRONLY)
    return "opened"


def open_the_terminals(ground: Ground) -> str:
    os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY)
    return "opened"
