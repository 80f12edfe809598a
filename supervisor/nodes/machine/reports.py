"""What a node has to tell its head: numbered, and kept until the head has seen it."""

from collections.abc import Callable

from bus.transport.codec import encode
from supervisor.nodes.line import NodeReport, NumberedReport


class Reports:
    """`send` puts a message on the line, which may lose it."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send = send
        self._unseen: dict[int, NodeReport] = {}
        self._number = 0

    def __repr__(self) -> str:
        return f"<Reports {self._number}, {len(self._unseen)} unseen>"

    def add(self, report: NodeReport) -> None:
        """Send a report, and keep it until the head has seen it."""
        self._number += 1
        self._unseen[self._number] = report
        self._send(encode(NumberedReport(self._number, report)))

    def again(self) -> None:
        """The line stands again: tell all that the head may not have seen, in order."""
        for number, report in self._unseen.items():
            self._send(encode(NumberedReport(number, report)))

    def seen(self, through: int) -> list[NodeReport]:
        """The head has seen all up to this number. Returns those of which that is new: they are not told any more."""
        return [self._unseen.pop(number) for number in list(self._unseen) if number <= through]
