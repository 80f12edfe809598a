"""Units of columns: declared, or guessed from the end of a name."""

from agent_worker.offline.schema.model import Column, Schema
from agent_worker.offline.schema.roles import ColumnRole

_NAMED = {
    "minutes": "minutes", "minute": "minutes", "mins": "minutes", "min": "minutes", "seconds": "seconds",
    "secs": "seconds", "sec": "seconds", "hours": "hours", "hrs": "hours", "days": "days", "km": "km",
    "kilometers": "km", "kilometres": "km", "miles": "miles", "mi": "miles", "meters": "m", "metres": "m", "m": "m",
    "ft": "feet", "feet": "feet", "kg": "kg", "kilos": "kg", "g": "g", "grams": "g", "lb": "lb", "lbs": "lb",
    "usd": "USD", "dollars": "USD", "eur": "EUR", "euros": "EUR", "gbp": "GBP", "pct": "%", "percent": "%",
    "celsius": "°C", "fahrenheit": "°F", "kwh": "kWh",
}  # fmt: skip
_SHORT = 3
"""Words of so few letters say no unit by themselves: "min", "m"."""
_MEASURED = (ColumnRole.QUANTITY, ColumnRole.RATE)


def unit_named(word: str) -> str:
    """The unit that a word of a question names, or ""."""
    return (_NAMED.get(word) or _NAMED.get(f"{word}s", "")) if len(word) > 1 else ""


def unit_of(schema: Schema, column: Column) -> str:
    """The unit of a column, or ""."""
    return schema.catalog.description.units.get(f"{column.table}.{column.name}", guessed_unit(column))


def guessed_unit(column: Column) -> str:
    """The unit that a name ends with: `duration_minutes`, or `minutes` alone."""
    words = column.all_words
    told = len(words) > 1 or len(words[0]) > _SHORT
    return _NAMED.get(words[-1], "") if told and column.role in _MEASURED else ""
