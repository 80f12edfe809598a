"""What a node reports comes again, in order, until it was seen."""

from supervisor.nodes.line import Exited, Reaped, Spawned, decode_numbered
from supervisor.nodes.machine.reports import Reports

SPAWNED, EXITED, REAPED = Spawned("w1", 7), Exited("w1"), Reaped("w1", "exited with status 0", True, {})


def test_what_was_not_seen_comes_again_under_its_number() -> None:
    sent: list[bytes] = []
    reports = Reports(sent.append)
    for report in (SPAWNED, EXITED, REAPED):
        reports.add(report)
    told = [(one.number, one.report) for one in map(decode_numbered, sent)]
    assert told == [(1, SPAWNED), (2, EXITED), (3, REAPED)]
    sent.clear()
    assert reports.seen(1) == [SPAWNED]
    reports.again()
    assert [decode_numbered(message).number for message in sent] == [2, 3]


def test_what_was_seen_is_forgotten_once() -> None:
    reports = Reports(lambda _: None)
    for report in (SPAWNED, REAPED):
        reports.add(report)
    assert reports.seen(2) == [SPAWNED, REAPED]
    assert reports.seen(2) == []
