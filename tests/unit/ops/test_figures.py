"""Figures from a gateway's metrics, and what is said about them."""

from ops.figures import Figures, figure_lines, from_metrics, troubles

METRICS = """\
deadstop_gateway_websockets 2
deadstop_up 1
deadstop_jobs{state="failed"} 3
deadstop_jobs{state="running"} 2
deadstop_running 2
deadstop_events_per_s 1.5e+06
something_else 7
"""


def test_metrics_of_others_are_passed_over() -> None:
    figures = from_metrics(METRICS)
    assert figures.jobs == {"failed": 3, "running": 2}
    assert figures.gauges == {"gateway_websockets": 2, "up": 1, "running": 2, "events_per_s": 1.5e6}


def test_a_server_that_knows_less_still_has_a_line_for_each() -> None:
    assert [name for name, _ in figure_lines(from_metrics(METRICS))] == [
        "jobs",
        "ended",
        "workers",
        "events",
        "log",
        "supervisor",
    ]


def test_the_queue_says_how_long_it_waits() -> None:
    figures = Figures({}, {"running": 8, "max_running": 8, "waiting": 3, "max_queued": 100, "oldest_waiting_s": 12.0})
    assert figure_lines(figures)[0] == ("jobs", "8 running of 8, 3 waiting of 100 (the oldest for 12.0 s)")


def test_troubles_are_told_with_what_to_do() -> None:
    assert troubles(Figures({}, {"log_writable": 1})) == []
    told = troubles(Figures({}, {"log_writable": 0, "draining": 1, "stray_messages": 12}))
    assert told == [
        "the log cannot be written, so no question is accepted; make room on its disk",
        "draining: no question is accepted",
        "12 messages of unknown workers were ignored",
    ]
