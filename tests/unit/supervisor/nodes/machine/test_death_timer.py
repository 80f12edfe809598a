"""The kernel's timer ends its process whatever that does; each case is a process of its own."""

import os
import signal
import subprocess
import sys

import pytest

AFTER_S = 0.5
WITHIN_S = 60.0

PROGRAM = """
import os, re, signal, sys, time
from supervisor.nodes.machine.death_timer import DeathTimer, boot_clock
timer = DeathTimer(boot_clock() + float(sys.argv[1]))
print("armed", flush=True)
{then}
"""
IDLE = "signal.pause()"
HOLDS_THE_LOCK = 're.match(r"(a|a)*b", "a" * 60)'
CATCHES_ALL = """
for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
signal.pause()
"""
PUTS_OFF = """
for _ in range(4):
    timer.put_off(boot_clock() + float(sys.argv[1]))
    time.sleep(float(sys.argv[1]) / 2)
print("outlived it", flush=True)
signal.pause()
"""


def armed(then: str, after_s: float = AFTER_S) -> subprocess.Popen[str]:
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.replace("{then}", then), str(after_s)], stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "armed\n"
    return program


@pytest.mark.parametrize("then", [IDLE, HOLDS_THE_LOCK, CATCHES_ALL])
def test_it_ends_a_process_that_idles_computes_or_ignores_every_signal(then: str) -> None:
    with armed(then) as program:
        assert program.wait(WITHIN_S) == -signal.SIGKILL


def test_it_ends_a_process_that_is_stopped() -> None:
    with armed(IDLE) as program:
        os.kill(program.pid, signal.SIGSTOP)
        assert program.wait(WITHIN_S) == -signal.SIGKILL


def test_it_is_put_off_as_long_as_somebody_does() -> None:
    with armed(PUTS_OFF) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "outlived it\n"
        assert program.wait(WITHIN_S) == -signal.SIGKILL


def test_a_time_that_has_passed_ends_it_at_once() -> None:
    with armed("timer.put_off(1.0)\nsignal.pause()", after_s=3600) as program:
        assert program.wait(WITHIN_S) == -signal.SIGKILL
