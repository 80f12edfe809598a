"""How many of something, as people write it. Pure."""


def counted(count: float, noun: str) -> str:
    """A whole number with its English noun, whose plural takes an s: "1 row", "0 rows", "1,200 rows"."""
    return f"{count:,.0f} {noun}{'' if count == 1 else 's'}"
