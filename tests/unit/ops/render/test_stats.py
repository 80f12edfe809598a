"""What is said about a server's figures."""

from bus.contract.histogram import Histogram
from bus.contract.vocabulary import Rung
from bus.wire.replies import Stats
from ops.render.stats import figure_lines, troubles


def test_a_server_that_knows_less_still_has_a_line_for_each() -> None:
    lines = figure_lines(Stats({}, {}))
    assert [name for name, _ in lines] == ["jobs", "ended", "stops", "workers", "events", "log", "supervisor"]


def test_stops_are_told_by_rung_with_the_time_that_half_of_them_took() -> None:
    quick = Histogram()
    for seconds in (0.004, 0.02, 0.03):
        quick = quick.with_one(seconds)
    figures = Stats({}, {}, stops={Rung.KILL: Histogram().with_one(99.0), Rung.CANCEL: quick})
    said = dict(figure_lines(figures))["stops"]
    assert said == "3 by cancel, half of them within 25 ms; 1 by kill, half of them in more than 1m 00s"
    assert dict(figure_lines(Stats({}, {})))["stops"] == "none"


def test_the_queue_says_how_long_it_waits() -> None:
    figures = Stats({}, {"running": 8, "max_running": 8, "waiting": 3, "max_queued": 100, "oldest_waiting_s": 12.0})
    assert figure_lines(figures)[0] == ("jobs", "8 running of 8, 3 waiting of 100 (the oldest for 12.0 s)")


def test_troubles_are_told_with_what_to_do() -> None:
    assert troubles(Stats({}, {"log_writable": 1})) == []
    told = troubles(Stats({}, {"log_writable": 0, "draining": 1, "stray_messages": 12}))
    assert told == [
        "the log cannot be written, so no question is accepted; make room on its disk",
        "draining: no question is accepted",
        "12 messages of unknown workers were ignored",
    ]
