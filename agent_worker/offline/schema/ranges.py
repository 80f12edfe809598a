"""What the least and the largest value of a column tell of all of them."""

from bus.contract.catalog import CatalogColumn


def edges_of(column: CatalogColumn) -> list[str]:
    """The least and the largest, where they are known."""
    return [text for text in (column.minimum, column.maximum) if text]


def numbers_of(column: CatalogColumn) -> tuple[float, float] | None:
    """The same as numbers, or None where they are none."""
    try:
        return float(column.minimum or "x"), float(column.maximum or "x")
    except ValueError:
        return None


def holds_years(column: CatalogColumn, first: int = 1000, last: int = 2200) -> bool:
    """Whether all values may be years from `first` to `last`."""
    edges = edges_of(column)
    return bool(edges) and all(edge.isdigit() and first <= int(edge) <= last for edge in edges)


def holds_days(column: CatalogColumn) -> bool:
    """Whether texts are days such as 2013-07-04, which are in order as they are."""
    edges = edges_of(column)
    return bool(edges) and all(len(text) >= 10 and text[4] == text[7] == "-" and text[:4].isdigit() for text in edges)


def is_whole(column: CatalogColumn) -> bool:
    """Whether a column may hold counts: an amount of 12.50 counts nothing."""
    return not any(edge.partition(".")[2].strip("0") for edge in edges_of(column))
