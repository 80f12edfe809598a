"""What the fork server loads before it forks: imported by it alone, and only for this effect.

multiprocessing swallows an ImportError of a preloaded module, and every worker would then be slow in silence; so a
failure is said here.
"""

import ctypes
import gc
import importlib
import os
import signal
import sys

SUPERVISOR_PID = "DEADSTOP_FORK_SERVER_OF"
PRELOAD = "DEADSTOP_PRELOAD"

_PR_SET_PDEATHSIG = 1


def _die_with_supervisor() -> None:
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != int(os.environ[SUPERVISOR_PID]):
        os._exit(1)  # it died before we asked


def _preload() -> None:
    for name in filter(None, os.environ.get(PRELOAD, "").split(",")):
        try:
            importlib.import_module(name)
        except Exception as error:  # whatever it is, workers can still import what they need, slowly
            print(f"fork server: {name} could not be preloaded, workers start slowly: {error!r}", file=sys.stderr)


if os.environ.get(SUPERVISOR_PID) == str(os.getppid()):
    _die_with_supervisor()
    _preload()
    gc.collect()
    gc.freeze()
