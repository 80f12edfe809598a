"""What the programs log is one line each, whatever others have sent."""

import logging

import pytest

from bus.serve_contract import set_up_logging


def test_what_somebody_has_sent_makes_no_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    before, level = logging.root.handlers[:], logging.root.level
    try:
        set_up_logging("text", "gateway")
        try:
            raise ValueError("one\nafter\x1b[2J")
        except ValueError:
            logging.getLogger("x").exception("refused %s", "GET /x\n01:00:00 gateway INFO ops signed in\x1b[2J")
    finally:
        logging.root.handlers[:] = before
        logging.root.setLevel(level)
    first, *traceback = capsys.readouterr().err.splitlines()
    assert first.endswith(" gateway ERROR refused GET /x␊01:00:00 gateway INFO ops signed in␛[2J")
    assert traceback[0] == "Traceback (most recent call last):"
    assert traceback[-1] == "after␛[2J"
