"""What must be so before the sandbox is put up: the kernel's restrictions hold the calling thread alone."""

import os
import threading

from bus.system.proc import threads_of


class Unsupported(Exception):
    """This kernel or machine has no such restriction, or it is switched off. The message says which, and what to do."""


def require_one_thread() -> None:
    """Raises RuntimeError where the process already has several threads: the others would go unrestricted."""
    if threading.active_count() > 1 or len(threads_of(os.getpid())) > 1:
        raise RuntimeError("a sandbox holds only the calling thread; put it up before any other thread is started")
