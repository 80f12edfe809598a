"""Times that are said relative to today: "last month", "past 30 days", "this year", "since March", "year to date"."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from agent_worker.offline.english.tokens import NUMBER_WORDS
from agent_worker.offline.english.vocabulary import MONTHS

_UNITS = "day|week|month|quarter|year"
_MOST = 3
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_PRECEDED = r"(?:\b(?:in|during|for|over|within|of|from)\s+)?(?:\bthe\s+)?"
_MONTH_NAMES = "|".join(name for name in MONTHS if name != "may" and len(name) > 3)
_PATTERN = re.compile(
    rf"""{_PRECEDED}\b(?:
      (?P<day>today|yesterday)
    | (?P<which>this|last|previous|current)\s+(?P<unit>{_UNITS.removeprefix("day|")})
    | (?:last|past|previous)\s+(?P<size>\d{{1,4}}|{"|".join(NUMBER_WORDS)})\s+(?P<units>(?:{_UNITS}))s?
    | past\s+(?P<one>{_UNITS})
    | (?P<to_date>year|month|quarter)[-\s]to[-\s]date | (?P<ytd>ytd|mtd|qtd)
    | (?P<ago>\d{{1,4}})\s+(?P<ago_units>(?:{_UNITS}))s?\s+ago
    | (?P<season_of>this|last)\s+(?P<season>{"|".join(_SEASONS)})
    | (?:this|last)\s+(?P<past_month>{_MONTH_NAMES}|may)
    )\b(?!\s+(?:{_UNITS}|of|in)\b)(?P<own>['\u2019]s?)?""",
    re.IGNORECASE | re.VERBOSE,
)
_SINCE = re.compile(rf"\bsince\s+(?P<month>{_MONTH_NAMES}|may|mar|dec)\b(?!\s*,?\s*\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` to `last`, both in it. `said` is what was typed; `unit` what the period is one of, else ""."""

    said: str
    start: int
    end: int
    first: date
    last: date
    unit: str = ""

    @property
    def words(self) -> str:
        """The same as it stands in a question: "in October 2026"."""
        return period_words(self.first, self.last)

    @property
    def days(self) -> str:
        """Which days are meant: "October 2026", "2026-01-01 to 2026-03-01"."""
        return f"{self.first} to {self.last}" if self.words.startswith("between") else self.words.split(" ", 1)[1]

    def put_into(self, question: str, words: str = "") -> str:
        """The question with days that are meant whatever day it is, or with `words`, in the place of what was said:
        "last year's orders" are "orders in 2025"."""
        words = words or self.words
        before, after = question[: self.start], question[self.end :].lstrip(" ,")
        behind = after.strip(" ?.!")
        if behind and (not before.strip() or self.said.endswith(("'", "'s", "\u2019s"))):
            return f"{before}{behind} {words}"
        return " ".join(f"{before} {words} {after}".split()).replace(" ?", "?")


def period_words(first: date, last: date) -> str:
    """ "in 2026", "in October 2026", "on 2026-10-03", or "between" two days."""
    if (first, last) == span_of("year", first):
        return f"in {first.year}"
    if (first, last) == span_of("month", first):
        return f"in {first:%B %Y}"
    return f"on {first}" if first == last else f"between {first} and {last}"


def find_period(question: str, today: date) -> Period | None:
    """The first time in a question that is relative to today, or None."""
    if match := _SINCE.search(question):
        first = _latest_month(MONTHS[match["month"].lower()], today)
        return Period(match.group(), match.start(), match.end(), first, today)
    match = _PATTERN.search(question)
    if match is None:
        return None
    first, last, unit = _meant(match, today)
    return Period(match.group(), match.start(), match.end(), first, last, unit)


def fixed(question: str, today: date) -> tuple[str, list[Period]]:
    """The question with days in the place of each time that is relative to today, and these times. Of several, units of
    time are meant as wholes: "this year vs last year"."""
    found: list[Period] = []
    text = question
    while len(found) < _MOST and (period := find_period(text, today)):
        several = bool(found) or find_period(text[period.end :], today) is not None
        whole = period_words(*span_of(period.unit, period.first)) if several and period.unit else ""
        text = period.put_into(text, whole)
        found.append(period)
    return text, found


def _meant(match: re.Match[str], today: date) -> tuple[date, date, str]:
    said = {name: text.lower() for name, text in match.groupdict().items() if text}
    if "day" in said:
        day = today - timedelta(said["day"] == "yesterday")
        return day, day, "day"
    if "which" in said:
        current = said["which"] in ("this", "current")
        first, last = span_of(said["unit"], today)
        return (first, min(last, today), said["unit"]) if current else (*before(said["unit"], first, 1), said["unit"])
    if "units" in said or "one" in said:
        size = int(said["size"]) if said.get("size", "").isdigit() else int(NUMBER_WORDS.get(said.get("size", ""), 1))
        return rolling(said.get("units", said.get("one", "day")), today, size), today, ""
    if "to_date" in said or "ytd" in said:
        unit = said.get("to_date") or {"y": "year", "m": "month", "q": "quarter"}[said["ytd"][0]]
        return span_of(unit, today)[0], today, ""
    if "ago" in said:
        day = rolling(said["ago_units"], today, int(said["ago"])) - timedelta(said["ago_units"] in ("day", "week"))
        return *span_of(said["ago_units"], day), said["ago_units"]
    if "season" in said:
        return *_season(said["season"], said["season_of"] == "last", today), ""
    first = _latest_month(MONTHS[said["past_month"]], today)
    return *span_of("month", first), "month"


def span_of(unit: str, day: date) -> tuple[date, date]:
    """The first and the last day of the unit of time in which a day lies; weeks begin on Monday."""
    if unit == "day":
        return day, day
    if unit == "week":
        first = day - timedelta(day.weekday())
        return first, first + timedelta(6)
    size = {"month": 1, "quarter": 3, "year": 12}[unit]
    first = date(day.year, (day.month - 1) // size * size + 1, 1)
    return first, _months_later(first, size) - timedelta(1)


def before(unit: str, first: date, size: int) -> tuple[date, date]:
    """The unit of time that lies `size` units before the one that begins with `first`."""
    for _ in range(size):
        first = span_of(unit, first - timedelta(1))[0]
    return span_of(unit, first)


def rolling(unit: str, today: date, size: int) -> date:
    """The first day of the `size` latest days, weeks, months ... that end today."""
    size = max(size, 1)
    if unit in ("day", "week"):
        days = size * {"day": 1, "week": 7}[unit]
        return date.fromordinal(max(today.toordinal() - days + 1, 1))
    months = size * {"month": 1, "quarter": 3, "year": 12}[unit]
    same = _months_later(today.replace(day=1), -months)
    return same.replace(day=min(today.day, (_months_later(same, 1) - timedelta(1)).day))


def _months_later(first: date, months: int) -> date:
    number = max(first.year * 12 + first.month - 1 + months, 12)
    return date(number // 12, number % 12 + 1, 1)


def _latest_month(month: int, today: date) -> date:
    """The first day of the latest such month that has begun."""
    return date(today.year - (month > today.month), month, 1)


def _season(name: str, ended: bool, today: date) -> tuple[date, date]:
    """Three whole months; "last summer" is the latest that has ended, "this summer" the one of this year."""
    first = date(today.year, _SEASONS[name], 1)
    while ended and _months_later(first, 3) > today:
        first = _months_later(first, -12)
    return first, _months_later(first, 3) - timedelta(1)
