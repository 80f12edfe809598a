"""A place in a question's items, with the few moves that the grammar needs."""

from collections.abc import Callable, Sequence

from agent_worker.offline.english.phrases import Kind
from agent_worker.offline.lexer.lexemes import Lexeme

SKIPPED = (Kind.GLUE, Kind.VERB)


class Cursor:
    """Where the grammar is. A rule that does not apply leaves `at` as it found it."""

    def __init__(self, items: Sequence[Lexeme]) -> None:
        self.items = items
        self.at = 0

    @property
    def done(self) -> bool:
        return self.at >= len(self.items)

    def peek(self, ahead: int = 0) -> Lexeme | None:
        at = self.at + ahead
        return self.items[at] if 0 <= at < len(self.items) else None

    def sees(self, *kinds: Kind, ahead: int = 0) -> bool:
        item = self.peek(ahead)
        return item is not None and item.kind in kinds

    def take(self, *kinds: Kind) -> Lexeme | None:
        """The next item if it is of one of these kinds."""
        if not self.sees(*kinds):
            return None
        item = self.items[self.at]
        self.at += 1
        return item

    def skip(self, *kinds: Kind) -> None:
        """Pass over items of these kinds (by default the words that carry nothing)."""
        while self.sees(*(kinds or SKIPPED)):
            self.at += 1

    def take_past(self, skipped: tuple[Kind, ...], *kinds: Kind) -> Lexeme | None:
        """The next item of these kinds behind items that may be passed over; nothing is passed over in vain."""
        mark = self.at
        self.skip(*skipped)
        item = self.take(*kinds)
        if item is None:
            self.at = mark
        return item

    def attempt(self, rule: Callable[[], bool]) -> bool:
        """Run a rule; when it does not apply, come back."""
        mark = self.at
        if rule():
            return True
        self.at = mark
        return False
