"""Names of tables and columns as they stand in a statement."""

import re

from sqlglot import exp

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
_RESERVED = frozenset(
    """all analyse analyze and anti any array as asc asof asymmetric at authorization binary both by case cast check
    collate collation column concurrently constraint create cross default deferrable desc describe distinct do else end
    except false fetch for foreign freeze from full glob group having ilike in initially inner intersect into is isnull
    join lambda lateral leading left like limit natural not notnull null offset on only or order outer overlaps pivot
    pivot_longer pivot_wider placing positional primary qualify references returning right select semi show similar
    some summarize symmetric table tablesample then to trailing true union unique unpack unpivot using variadic verbose
    when where window with""".split()  # noqa: SIM905
)
"""Words that the engine refuses as bare names, tried one by one."""


def identifier(name: str) -> exp.Identifier:
    """A name, quoted unless it is a plain word that means nothing to the engine."""
    return exp.to_identifier(name, quoted=not _PLAIN.fullmatch(name) or name in _RESERVED)
