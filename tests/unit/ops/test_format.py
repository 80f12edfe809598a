"""Times, sizes, ids and exit statuses as people read them."""

import pytest

from ops.format import ago, clean, money, one_line, short_ids, size, span


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "0 ms"),
        (-0.1, "0 ms"),
        (0.034, "34 ms"),
        (0.9994, "999 ms"),
        (0.9999, "1.0 s"),
        (4.21, "4.2 s"),
        (59.96, "1m 00s"),
        (185.2, "3m 05s"),
        (3600 * 2 + 601, "2h 10m"),
        (86400 * 3 + 3600 * 4, "3d 4h"),
    ],
)
def test_span(seconds: float, words: str) -> None:
    assert span(seconds) == words


@pytest.mark.parametrize(("seconds", "words"), [(0.2, "now"), (12, "12s"), (300, "5m"), (7200, "2h"), (200000, "2d")])
def test_ago(seconds: float, words: str) -> None:
    assert ago(1_000_000.0, 1_000_000.0 + seconds) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 B"), (512, "512 B"), (1023, "1.0 KiB"), (1024**2 * 1.44, "1.4 MiB"), (1024**3 * 80, "80 GiB")],
)
def test_size(count: float, words: str) -> None:
    assert size(count) == words


def test_money_is_never_rounded_to_nothing() -> None:
    assert (money(0.00123), money(12.5)) == ("$0.0012", "$12.50")


def test_short_ids_are_as_long_as_keeps_them_apart() -> None:
    assert short_ids(["abcdef0123", "fedcba0123"]) == {"abcdef0123": "abcdef", "fedcba0123": "fedcba"}
    assert short_ids(["abcdef0123", "abcdef0456", "b"]) == {
        "abcdef0123": "abcdef01",
        "abcdef0456": "abcdef04",
        "b": "b",
    }
    assert short_ids([]) == {}


def test_control_characters_cannot_steer_the_terminal() -> None:
    hostile = "a\x1b[2Jb\x07\x9b1mc\x7f\r\nd\te"
    assert clean(hostile) == "a␛[2Jb␇<U+009B>1mc␡\nd\te"


def test_one_line_is_cut_with_a_mark() -> None:
    assert one_line("how  many\nflights", 40) == "how many flights"
    assert one_line("how many flights", 8) == "how man…"
