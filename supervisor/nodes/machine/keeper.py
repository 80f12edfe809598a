"""The program that holds a node's life: `python -m supervisor.nodes.machine.keeper`, its orders on standard input.

    keeper   holds the kernel's timer, outside
      init   the first process of a namespace of its own
        node program  takes the head's orders; its fork server and workers beneath it

The node program says until when the head lets it live. Whatever ends the keeper, its timer or anything else, ends
init, and with that the kernel ends all inside, stopped, daemonised or otherwise. Init can be reaped only when nothing
is left: who has reaped it has the proof.
"""

import contextlib
import os
import select
import sys
from pathlib import Path
from typing import NoReturn

import msgspec

from bus.contract.settings_file import SettingsError
from bus.system.machine import is_in_memory
from bus.system.prctl import be_unreadable, die_with
from supervisor.nodes.machine.death_timer import DeathTimer, boot_clock
from supervisor.nodes.machine.namespaces import mount_own, unshare_processes
from supervisor.nodes.machine.node_program import main as node_main
from supervisor.nodes.machine.orders import LEASE_END, NodeOrders
from supervisor.places.local_worker import scratch_root
from supervisor.processes.containment.choice import choose
from supervisor.processes.containment.hard_limits import HardLimits
from supervisor.processes.containment.interface import Contain

UNUSABLE = 2
_IN_A_NAMESPACE_OF_ITS_OWN = 0
"""The parent of its first process, as that one sees it."""


def main() -> NoReturn:
    """Say which process is the init, and live until it has ended. Where no namespace can be made, or workers cannot be
    held as the settings say, say so; exit status 2."""
    orders = msgspec.json.decode(sys.stdin.buffer.readline(), type=NodeOrders)
    die_with(orders.parent)
    # The first lease has to last for nothing but the way to the head: what the node program needs is loaded already.
    timer = DeathTimer(boot_clock() + orders.lease_s)
    _go_first(os.SCHED_FIFO, 1)
    heard, said = os.pipe()
    alive, own_life = os.pipe()
    try:
        contain = _containment(orders)
        unshare_processes()
    except SettingsError as error:
        _give_up(str(error))
    except OSError as error:
        _give_up(f"this machine gives no namespace for a node's processes: {error}")
    be_unreadable()  # neither the node's key nor our environment is for a worker that looks at init
    init = os.fork()
    if init == 0:
        os.close(own_life)
        os.close(heard)
        _be_init(orders, contain, said, alive)
    os.close(said)
    os.close(alive)
    sys.stdout.write(f"{init}\n")
    sys.stdout.flush()
    while ends_at := os.read(heard, LEASE_END.size):
        timer.put_off(LEASE_END.unpack(ends_at)[0])
    os._exit(_exit_of(init))


def _containment(orders: NodeOrders) -> Contain:
    """What holds each worker: a control group where one can be made here, else what is looked for within the namespace.
    Raises SettingsError."""
    settings, folder = orders.settings, Path(orders.folder)
    hard = HardLimits(settings.worker.nice, is_in_memory(scratch_root(settings, folder)))
    return choose(settings.containment, folder, hard)


def _give_up(why: str) -> NoReturn:
    sys.stdout.write(f"{why}\n")
    sys.exit(UNUSABLE)


def _go_first(policy: int, priority: int) -> None:
    """Give keeper and init the highest priority, which only a privileged process may; others rely on the lease's
    margin. A killed process has to be scheduled once more before the processes that depend on it are killed, which on
    a busy machine could take longer than the head waits. Both do next to nothing."""
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, policy, os.sched_param(priority))


def _be_init(orders: NodeOrders, contain: Contain, said: int, alive: int) -> NoReturn:
    """Start the node program, reap what becomes an orphan, and end with the program."""
    try:
        die_with(_IN_A_NAMESPACE_OF_ITS_OWN)
        if select.select([alive], [], [], 0)[0]:
            os._exit(1)  # the keeper had died before we asked
        mount_own()
        program = os.fork()
        if program == 0:
            _be_node(orders, contain, said)
        os.close(said)
        os._exit(_exit_of(program))
    finally:
        os._exit(1)


def _be_node(orders: NodeOrders, contain: Contain, said: int) -> NoReturn:
    try:
        _go_first(os.SCHED_OTHER, 0)
        die_with(os.getppid())
        node_main(orders, contain, said)
    finally:
        os._exit(1)


def _exit_of(child: int) -> int:
    """Reap until this child has ended; its status, as small as a process can have it."""
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == child:
            return os.waitstatus_to_exitcode(status) & 0xFF


if __name__ == "__main__":
    main()
