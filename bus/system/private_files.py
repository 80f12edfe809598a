"""Files and folders that hold what other accounts must neither read nor change: questions, answers, tokens, keys."""

import contextlib
import logging
import os
import pwd
import shlex
import stat
from pathlib import Path

log = logging.getLogger(__name__)

UMASK = 0o077
"""What the programs make is their own account's alone."""

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_ROOT = 0


class NotPrivate(Exception):
    """Other accounts can read or change something; the text says what, and the command that repairs it."""


def make_files_private() -> None:
    """What this process and its children make from here on belongs to their account alone."""
    os.umask(UMASK)


def private_folder(folder: Path) -> Path:
    """Make a folder (0700) where it is missing, and keep it private: it has to be this very account's. Raises
    `NotPrivate`, or `OSError` where it cannot be made."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700, parents=True)
    if complaint := owned_by_others(folder, {os.geteuid()}):
        raise NotPrivate(complaint)
    if not folder.is_dir():
        raise NotPrivate(f"{folder} is no folder; move it away")
    if complaint := replaceable(folder):
        raise NotPrivate(complaint)
    _close(folder)
    return folder


def keep_private(path: Path) -> None:
    """Take from other accounts what they may do with something in a private folder; what is missing needs nothing.
    Raises `NotPrivate` where others have put it there, or where its mode cannot be changed."""
    if not os.path.lexists(path):
        return
    if complaint := _not_ours(path):
        raise NotPrivate(complaint)
    _close(path)


def _not_ours(path: Path) -> str:
    """Why something in a private folder is not ours, for people; "" where it is. Beyond `planted`, our own folder may
    have become another account's as a whole; root, who looks into the folders of others, is spared that."""
    return planted(path) if os.geteuid() == _ROOT else owned_by_others(path, {os.geteuid(), _ROOT})


def planted(path: Path) -> str:
    """Which account could have put this entry into the folder, and what to do about it, for people; "" where it
    belongs to the folder's owner or to root."""
    return owned_by_others(path, {path.parent.stat().st_uid, _ROOT})


def replaceable(folder: Path) -> str:
    """Above this folder, which one all accounts may put another folder into in its place, and the command that ends it;
    "" for none. Where files have owners who alone may move them (sticky, as /tmp), they may not."""
    for above in folder.resolve().parents:
        mode = _mode(above)
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            return (
                f"another folder can be put in the place of {folder} by other accounts, "
                f"as {above} can be changed by all (mode {mode:04o}): chmod o-w {shlex.quote(str(above))}"
            )
    return ""


def owned_by_others(path: Path, owners: set[int]) -> str:
    """The account that owns this in place of one of these user ids, and what to do about it, for people; "" where the
    owner is one of them."""
    found = path.lstat()
    name = shlex.quote(str(path))
    if stat.S_ISLNK(found.st_mode):
        return f"{path} is a link, and could lead anywhere; remove it: rm {name}"
    if found.st_uid in owners:
        return ""
    return (
        f"{path} belongs to {_account(found.st_uid)}, who can read answers there and let people in; "
        f"look at it, then: sudo chown -R {os.geteuid()} {name} && sudo chmod -R go= {name}, "
        "or choose a folder of your own with --state-dir"
    )


def exposed(path: Path) -> str:
    """What other accounts may do with this, and the command that ends it; "" for nothing."""
    mode = _mode(path)
    if not mode & _OTHERS:
        return ""
    what = "changed" if mode & (stat.S_IWGRP | stat.S_IWOTH) else "read"
    return f"{path} can be {what} by other accounts (mode {mode:04o}): chmod go= {shlex.quote(str(path))}"


def _close(path: Path) -> None:
    mode = _mode(path)
    if not mode & _OTHERS:
        return
    try:
        path.chmod(mode & ~_OTHERS)
    except OSError as error:
        raise NotPrivate(f"{exposed(path)} ({error.strerror} for {_account(os.geteuid())})") from error
    if complaint := exposed(path):
        raise NotPrivate(f"{complaint} is without effect: this file system keeps no modes, use a folder elsewhere")
    log.warning(
        "%s was open to other accounts (mode %04o), and is private now", path, mode, extra={"action": "made_private"}
    )


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def _account(user_id: int) -> str:
    try:
        return pwd.getpwuid(user_id).pw_name
    except KeyError:
        return f"user id {user_id}"
