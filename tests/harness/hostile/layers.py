"""The layers of the sandbox, put up as a worker puts them up, but for those that are switched off: these are as on a
machine that lacks them."""

import os
from collections.abc import Collection
from typing import Never

from agent_worker.sandbox import capabilities, landlock, restrict, seccomp
from agent_worker.sandbox.preconditions import Unsupported
from agent_worker.sandbox.restrict import Sandbox, SandboxSpec
from bus.system.prctl import LIBC
from tests.harness.hostile.ground import SECRET, SECRET_VARIABLE, Ground

GUARD, LOCK, LANDLOCK, SECCOMP, CAPABILITIES, NAMESPACE, ENVIRONMENT = (
    "guard",
    "engine lock",
    "Landlock",
    "seccomp",
    "no capabilities",
    "IPC namespace",
    "small environment",
)
OF_STATEMENTS = (GUARD, LOCK, LANDLOCK, SECCOMP)
OF_ATTEMPTS = (LANDLOCK, SECCOMP, CAPABILITIES, NAMESPACE, ENVIRONMENT)
HEADROOM_BYTES = 1 << 30

_NEWIPC = 0x08000000


def first_environment(off: Collection[str]) -> dict[str, str]:
    """What the process is started with that workers are forked from: the secret only where that layer is off."""
    return {SECRET_VARIABLE: SECRET} if ENVIRONMENT in off else {}


def sandboxed(ground: Ground, off: Collection[str]) -> Sandbox:
    """Put this process, which has one thread, behind every layer that is not off."""
    if NAMESPACE not in off:
        LIBC.unshare(_NEWIPC)
    if LANDLOCK in off:
        landlock.restrict = _lacking
    if SECCOMP in off:
        seccomp.restrict = _lacking
    if CAPABILITIES in off:
        capabilities.give_up = _as_before
    os.environ["MODEL_KEY"] = "k"
    return restrict.apply(SandboxSpec(str(ground.scratch), (str(ground.data),), keep_env=("MODEL_KEY",)))


def _as_before() -> None:
    pass


def _lacking(*_: object, **__: object) -> Never:
    raise Unsupported("switched off")
