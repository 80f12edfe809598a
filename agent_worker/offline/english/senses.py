"""Words that newcomers use for what a table calls otherwise: to offer questions by, never to answer by."""

_GROUPS = """song track tune|band artist singer group musician|client customer guest buyer patient member user
people person customer patient user employee passenger rider|shop store branch|worker employee staff|film movie
revenue sales turnover income earnings money profit owe bill amount total price payment fare royalty fee sum cost
spend spent paid amount total price payment fare cost|earn earns earning royalty amount revenue salary
salary wage pay|visit appointment trip order|ride trip|item product article|bill invoice payment|doctor physician
journey trip flight|town city|nation country|sex gender|job occupation position title|mark grade score rating
review rating stars|sold sell selling order sale quantity|bought order purchase|plane aircraft
listen listens played play|came come visit appointment order"""
SYNONYMS: dict[str, tuple[str, ...]] = {}
for _group in _GROUPS.replace("\n", "|").split("|"):
    for _word in _group.split():
        SYNONYMS[_word] = (*SYNONYMS.get(_word, ()), *(other for other in _group.split() if other != _word))

MONEY = frozenset(
    """revenue sales turnover income earnings money profit owe spend spent earn earns earning cost paid bill worth
    expense expenses""".split()  # noqa: SIM905
)
INCOME = frozenset(("revenue", "sales", "turnover", "income", "earnings", "profit"))
SPENDING = frozenset(("salary", "wage", "cost", "expense", "budget"))
"""Columns of money that is hardly an income."""
MONEY_COLUMNS = ("amount", "total", "revenue", "price", "payment", "fare", "royalty", "fee", "cost", "salary", "sales")
VAGUE = frozenset(
    """across late early delayed cancelled canceled busy busiest best worst popular recent latest newest oldest earliest
    long short big small large expensive cheap cheapest fast slow fastest slowest good bad better worse normal typical
    usual usually important interesting today yesterday tomorrow ago soon recently high low many much few trend why
    because should will predict forecast next previous growth change compared compare versus vs than running cumulative
    rolling moving""".split()  # noqa: SIM905
)
"""What can be meant in several ways: by which column, or over what time."""
MARKS = frozenset(("rating", "ratings", "stars", "score", "grade", "mark", "csat", "satisfaction", "points"))
"""Figures by which things are good or bad."""
FREQUENT = frozenset(
    """busy busiest popular best worst used common favourite favorite top important frequent rush peak active
    selling""".split()  # noqa: SIM905
)
"""Said of what most others refer to."""
ABSENCE = frozenset(
    """not never no nobody none without unused empty nothing idle missing unsold inactive neither nor except
    unpaid""".split()  # noqa: SIM905
)
MISSING = frozenset(
    ("cancelled", "canceled", "missing", "empty", "unknown", "incomplete", "blank", "open", "unfinished")
)
"""May be said of what has no value."""
COURSE = frozenset(
    """trend trends growth development over change changes evolution history going doing when compare compared weekend
    weekends weekday weekdays versus vs""".split()  # noqa: SIM905
)
"""Said of a figure over time."""
MEASURED = {
    "expensive priciest dear costly cheap cheapest affordable": "price cost fee amount fare total",
    "long longest short shortest quick lengthy": "length duration time minutes seconds hours distance air runtime",
    "far farthest nearest close": "distance",
    "old oldest young youngest new newest age aged": "age birth born founded released bought opened built year date",
    "heavy heaviest light lightest": "weight",
    "tall tallest high highest low lowest": "altitude alt elevation height",
    "big biggest large largest small smallest": "size seats docks population capacity area distance amount quantity",
    "fast fastest slow slowest speed": "speed distance time",
    "late early delayed delay punctual": "delay late",
    "rich richest poor": "salary income balance amount",
    "recent latest last": "date time day year",
    "strong hot cold warm": "temp temperature",
}
HINTS = {word: tuple(columns.split()) for words, columns in MEASURED.items() for word in words.split()}
"""What kind of column a word that measures may speak of."""
LASTING = frozenset(("long", "length", "duration", "time", "stay", "take", "takes", "took", "last", "lasted", "wait"))
"""Said of what goes on between two dates."""
DESCENDING = frozenset(
    """expensive priciest dear costly long longest lengthy far farthest young youngest new newest heavy heaviest tall
    tallest high highest big biggest large largest fast fastest late delayed rich richest recent latest best most top
    greatest hot warm strong""".split()  # noqa: SIM905
)
ASKING = frozenset(
    """how what which who whom whose when where why is are was were do does did can could should would will not never
    no nobody none last next me us we our ours i you your it its they them there here this that these those much many
    often return report both corresponding""".split()  # noqa: SIM905
)
"""Words of asking: it is never said of them that they are not known."""
CHANGES = frozenset(
    "delete remove drop insert update add create alter truncate write save change rename set".split()  # noqa: SIM905
)

_SIZES = (
    {"second": 1, "sec": 1, "s": 1, "minute": 60, "min": 60, "hour": 3600, "h": 3600, "day": 86400},
    {"m": 1, "meter": 1, "metre": 1, "km": 1000, "kilometer": 1000, "kilometre": 1000, "mile": 1609.344, "ft": 0.3048,
     "feet": 0.3048, "foot": 0.3048},
    {"g": 1, "gram": 1, "kg": 1000, "kilo": 1000, "kilogram": 1000, "lb": 453.59237, "pound": 453.59237},
)  # fmt: skip
"""Units of one kind, each with its size."""


def converted(number: float, unit: str, other: str) -> float | None:
    """A number of one unit in another, or None where they do not measure the same."""
    one, two = (word if word in ("s", "h", "m", "g") else word.removesuffix("s") for word in (unit, other))
    sizes = next((sizes for sizes in _SIZES if one in sizes and two in sizes), None)
    return None if sizes is None else number * sizes[one] / sizes[two]
