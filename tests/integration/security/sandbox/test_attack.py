"""A short attack with everything at once: a good user is answered throughout, and the gateway's memory stays bounded.

How fast exactly is measured by `python -m bench.attack`; this machine may be busy.
"""

from bench.attack import attacked
from bench.harness.figures import spread


async def test_a_good_user_is_answered_throughout() -> None:
    outcome = await attacked(4.0)
    for attack in ("guesses", "slow_requests", "idle_sockets", "garbage_frames", "large_frames", "hasty_frames"):
        assert outcome.attacks[attack] > 0, attack
    soon_ms = max(500.0, 20 * spread(outcome.quiet_ms).median)  # a busy machine makes both slow
    for name, times in (("requests", outcome.http_ms), ("frames", outcome.frame_ms)):
        assert len(times) > 10, f"{name} are answered"
        assert spread(times).p95 < soon_ms, f"{name} are answered soon: {spread(times)}"
    assert outcome.answered > 0
    assert outcome.peak_mib < outcome.quiet_mib + 100
