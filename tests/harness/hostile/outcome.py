"""What came of one statement or attempt."""

import msgspec


class Outcome(msgspec.Struct, frozen=True):
    """`harm` says in words what it did to others, "" for nothing; `said` who refused it and why, or what ended it."""

    item: str
    harm: str
    said: str
