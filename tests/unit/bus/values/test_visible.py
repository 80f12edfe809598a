"""What steers a terminal, or shows a text in another order, is seen."""

import json
import unicodedata

import pytest

from bus.values.visible import visible, visible_json

STEERING = [
    *(chr(code) for code in (*range(0x09), 0x0B, 0x0C, *range(0x0D, 0x20), *range(0x7F, 0xA0))),
    *(chr(code) for code in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x2070), 0x2028, 0x2029)),
]
HARMLESS = "tab\t line\n Größe £5 “quoted” naïve — 日本語 שלום مرحبا 👩‍👩‍👧 z͑a"


@pytest.mark.parametrize("sign", STEERING, ids=ascii)
def test_each_is_made_visible(sign: str) -> None:
    shown = visible(f"a{sign}b")
    assert sign not in shown
    assert (shown[0], shown[-1]) == ("a", "b")
    assert len(shown) > 2


@pytest.mark.parametrize("sign", STEERING, ids=ascii)
def test_json_says_the_same_without_it(sign: str) -> None:
    encoded = visible_json(json.dumps([f"a{sign}b", sign], ensure_ascii=False).encode())
    assert sign not in encoded.decode()
    assert json.loads(encoded) == [f"a{sign}b", sign]


def test_every_character_that_unicode_calls_a_mark_of_direction_is_known() -> None:
    bidi = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    assert all(chr(c) in STEERING for c in range(0x11000) if unicodedata.bidirectional(chr(c)) in bidi)


def test_other_text_stays_as_it_is() -> None:
    assert visible(HARMLESS) == HARMLESS
    encoded = json.dumps(HARMLESS, ensure_ascii=False).encode()
    assert visible_json(encoded) == encoded


def test_how_they_look() -> None:
    assert visible("\x1b[31m \x7f \x9b31m \u202e") == "␛[31m ␡ <U+009B>31m <U+202E>"
    assert visible(b"caf\xe9.csv".decode(errors="surrogateescape")) == "caf<E9>.csv"
    assert visible("\ud800") == "<U+D800>"
    assert visible_json('"\x85\u202e\x7f"'.encode()) == rb'"\u0085\u202e\u007f"'
