"""Slow followers cost the others nothing, the gateway little, and themselves not one event."""

import statistics

from bench.delivery import FOLLOWERS, SLOW, TICKS_PER_S, crowd, let_go

MEMORY_BYTES = 50_000_000
FLOOR_MS = 300.0
"""What the other programs of a busy machine may add to a median. Who waited for a slow one would hear nothing."""


async def test_ten_followers_at_a_kilobyte_a_second_do_not_delay_ninety_others() -> None:
    seconds = 4.0
    found = await crowd(seconds)
    print(found.figures())
    assert max(found.slow_read_bytes) < 2000 * seconds
    assert len(found.beside_slow_ms) > (FOLLOWERS - SLOW) * TICKS_PER_S * seconds / 10
    undisturbed = max(statistics.median(found.alone_ms), statistics.median(found.afterwards_ms))
    assert statistics.median(found.beside_slow_ms) < 2 * undisturbed + FLOOR_MS
    assert found.gateway_grew_bytes < MEMORY_BYTES


async def test_a_slow_reader_of_a_large_result_gets_all_of_it_once_let_go() -> None:
    found = await let_go(5.0)
    print(found.figures())
    assert found.slow_read_bytes < 200_000  # of 210 MB: it was slow
    assert found.numbers == list(range(1, found.expected + 1))
    assert statistics.median(found.beside_mb_per_s) > statistics.median(found.afterwards_mb_per_s) / 8
    assert found.gateway_grew_bytes < MEMORY_BYTES
