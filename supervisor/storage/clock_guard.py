"""Whether the machine's clock can be believed: nothing is trimmed by one that has jumped ahead."""

import contextlib
import logging
import time
from pathlib import Path

import msgspec

log = logging.getLogger(__name__)

CLOCK_NAME = "clock.json"
DAY_S = 86_400.0
WRITE_EVERY_S = 60.0
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class ClockReading(msgspec.Struct, frozen=True):
    """What the clocks said: `wall` in Unix seconds, `since_boot_s` since the machine's start (sleep included), and
    which start that was."""

    wall: float
    since_boot_s: float
    boot_id: str


def read_clocks() -> ClockReading:
    """The clocks of this moment."""
    return ClockReading(time.time(), time.clock_gettime(time.CLOCK_BOOTTIME), _boot_id())


def ahead_s(earlier: ClockReading, now: ClockReading) -> float:
    """How much further the clock went than time can be shown to have passed; while the machine was off, none can."""
    same_start = now.boot_id == earlier.boot_id and now.since_boot_s >= earlier.since_boot_s
    passed_s = now.since_boot_s - earlier.since_boot_s if same_start else now.since_boot_s
    return now.wall - earlier.wall - passed_s


def _boot_id() -> str:
    """Which start of the machine this is; "" where /proc holds processes alone (systemd's `ProcSubset=pid`)."""
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return ""


class ClockGuard:
    """Holds trimming back from a jump of more than a day until the clock is back, or until an operator has removed
    the file in which the last good reading is kept. `look` about once a second."""

    def __init__(self, state_dir: Path) -> None:
        self._file = state_dir / CLOCK_NAME
        self._good = self._kept()
        self._written_at = 0.0
        self._held = False

    def __repr__(self) -> str:
        return f"<ClockGuard held={self._held}>"

    @property
    def held(self) -> bool:
        """Whether nothing may be trimmed."""
        return self._held

    def look(self, now: ClockReading) -> None:
        """Compare this reading with the last good one."""
        good = self._good if self._file.exists() else None
        ahead = ahead_s(good, now) if good is not None else 0.0
        if ahead > DAY_S:
            self._hold(ahead)
            return
        if self._held:
            log.warning("the clock is believed again; what is too old is trimmed", extra={"action": "clock"})
        self._held, self._good = False, now
        if good is None or now.since_boot_s >= self._written_at + WRITE_EVERY_S:
            self._write(now)

    def _hold(self, ahead: float) -> None:
        if not self._held:
            log.critical(
                "the clock is %.1f days ahead of the time that can be shown to have passed: nothing is trimmed from "
                "the log or the history. If the clock is right (the machine was off, say), remove %s",
                ahead / DAY_S,
                self._file,
                extra={"action": "clock"},
            )
        self._held = True

    def _kept(self) -> ClockReading | None:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=ClockReading)
        except (OSError, msgspec.DecodeError):
            return None

    def _write(self, now: ClockReading) -> None:
        temporary = self._file.with_suffix(".new")
        with contextlib.suppress(OSError):  # on a full disk, say: the one before stays
            temporary.write_bytes(msgspec.json.encode(now))
            temporary.replace(self._file)
            self._written_at = now.since_boot_s
