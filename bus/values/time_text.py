"""Dates and times of any year as ISO 8601 text, without Python's datetime. Pure.

What ISO 8601 lacks stands as the engine writes it: `0044-03-15 (BC)`, `infinity`, `24:00:00`.
"""

DAY_S = 86_400
NO_END = {32: (1 << 31) - 1, 64: (1 << 63) - 1}
"""What stands for infinity, by the width of the integer; its negative is the other end."""


def date_text(days: int) -> str:
    """The text of a date, given in days since 1970."""
    return _no_end(days, 32) or _date(days)


def timestamp_text(count: int, per_second: int) -> str:
    """The text of a timestamp, given in units since 1970, `per_second` of them in a second."""
    days, rest = divmod(count, DAY_S * per_second)
    return _no_end(count, 64) or f"{_date(days)}T{time_text(rest, per_second)}"


def time_text(count: int, per_second: int) -> str:
    """The text of a time of day, given in units since midnight; a fraction stands without zeros at its end."""
    seconds, rest = divmod(count, per_second)
    fraction = f".{rest:0{len(str(per_second)) - 1}}".rstrip("0") if rest else ""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{fraction}"


def _no_end(count: int, bits: int) -> str:
    if abs(count) != NO_END[bits]:
        return ""
    return "infinity" if count > 0 else "-infinity"


def _date(days: int) -> str:
    """A date of the Gregorian calendar, extended in both directions: counted from 1 March of the year 0, so that the
    leap day ends its year, in spans of 400 years."""
    span, day = divmod(days + 719_468, 146_097)
    year = (day - day // 1_460 + day // 36_524 - day // 146_096) // 365
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153
    day -= (153 * month + 2) // 5
    month, year = (month + 3, year) if month < 10 else (month - 9, year + 1)
    year += 400 * span
    text = f"{year if year > 0 else 1 - year:04}-{month:02}-{day + 1:02}"
    return text if year > 0 else f"{text} (BC)"
