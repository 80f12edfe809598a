"""Words of time, of roles and of naming: tables only."""


def _numbered(names: str) -> dict[str, int]:
    return {name: number for number, same in enumerate(names.split("|"), start=1) for name in same.split()}


MONTHS = _numbered(
    "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sep sept"
    "|october oct|november nov|december dec"
)
WEEKDAYS = _numbered(
    "monday mondays|tuesday tuesdays|wednesday wednesdays|thursday thursdays|friday fridays|saturday saturdays"
    "|sunday sundays"
)
UNITS = {
    "decade": "decade decades",
    "year": "year years yearly annual annually",
    "quarter": "quarter quarters quarterly",
    "month": "month months monthly",
    "week": "week weeks weekly",
    "day": "day days daily date dates",
    "hour": "hour hours hourly",
    "weekday": "weekday weekdays",
}
UNIT_PHRASES = {phrase: unit for unit, phrases in UNITS.items() for phrase in phrases.split()} | {
    "day of week": "weekday",
    "day of the week": "weekday",
    "days of the week": "weekday",
    "day of month": "day_of_month",
    "day of the month": "day_of_month",
    "hour of day": "hour",
    "hour of the day": "hour",
    "month of year": "month_of_year",
    "month of the year": "month_of_year",
    "calendar month": "month_of_year",
}
ADVERBS = frozenset(("yearly", "annual", "annually", "quarterly", "monthly", "weekly", "daily", "hourly"))
"""Units that need no "by": "monthly average delay" groups by month."""

DERIVED = {
    "fly": "flight", "flies": "flight", "flew": "flight", "flown": "flight", "flying": "flight",
    "sell": "sale", "sold": "sale", "sells": "sale", "buy": "purchase", "bought": "purchase",
    "ordered": "order", "ordering": "order", "paid": "payment", "pay": "payment", "visited": "visit",
    "purchased": "purchase", "deliver": "delivery", "delivered": "delivery", "rented": "rental", "booked": "booking",
    "score": "goal", "scores": "goal", "scored": "goal", "admit": "admission", "admitted": "admission",
    "borrow": "loan", "borrowed": "loan", "borrows": "loan", "lent": "loan",
}  # fmt: skip
"""Verbs and the noun of the same doing: "which airline flew" speaks of flights when there is such a table."""

ROLE_WORDS = {
    "from": frozenset(["origin", "source", "src", "from", "start", "departure", "sender", "pickup", "begin"]),
    "to": frozenset(["dest", "destination", "to", "target", "end", "arrival", "receiver", "dropoff"]),
}
"""Name parts of a column that plays the part of "from" or "to" when two columns refer to one table."""

ID_WORDS = frozenset({"number", "numbers", "no", "id", "ids", "code", "codes", "key"})

ABBREVIATIONS = {
    short: frozenset(words.split("|"))
    for short, words in {
        "num": "number", "no": "number", "nbr": "number", "nr": "number", "cnt": "count", "qty": "quantity",
        "amt": "amount", "acct": "account",
        "pub": "published|publication", "bal": "balance", "desc": "description", "dt": "date", "ts": "timestamp",
        "yr": "year", "mth": "month", "hr": "hour", "emp": "employee", "cust": "customer", "prod": "product",
        "dept": "department", "apt": "apartment", "acc": "account", "doc": "document", "loc": "location",
        "mgr": "manager", "mfr": "manufacturer", "mfgr": "manufacturer|manufacture",
        "addr": "address", "tel": "telephone", "lon": "longitude", "lng": "longitude", "lat": "latitude",
        "info": "information", "org": "organization|organisation", "lang": "language", "cat": "category",
        "src": "source", "tx": "transaction", "txn": "transaction", "pmt": "payment", "cd": "code", "nm": "name",
        "flg": "flag", "pct": "percent|percentage", "avg": "average", "tz": "timezone", "qtr": "quarter",
        "wk": "week", "temp": "temperature", "dir": "direction", "pos": "position", "auto": "automobile",
        "typ": "type", "stat": "status|statistic", "prio": "priority", "pln": "plan", "ctry": "country",
        "crt": "created", "upd": "updated",
        "tkt": "ticket", "agt": "agent", "cmnt": "comment", "auth": "author|authorization", "dur": "duration",
    }.items()
}  # fmt: skip
"""Abbreviations that people use for names of columns whatever the data are about."""

NOUNS_TOO = frozenset(("cat", "temp", "auto", "doc", "stat", "prod"))
"""Those that people say as words of their own: cats need not be categories."""

_SAME = """person people|child children
employee staff worker|client customer|movie film|salary wage|altitude elevation|gender sex|nation country
phone telephone|car automobile|doctor physician|enrollment enrolment|organisation organization|theatre theater
center centre|color colour|program programme|license licence|catalogue catalog|company firm|airplane aeroplane plane
cellphone mobile|zipcode postcode|surname lastname|attorney lawyer|cinema theater"""
SAME_WORDS: dict[str, tuple[str, ...]] = {
    word: tuple(other for other in group.split() if other != word)
    for group in _SAME.replace("\n", "|").split("|")
    for word in group.split()
}
"""Words of one meaning, whatever the data are about."""

_PEOPLE = """person people man woman child student pupil teacher lecturer professor trainer coach author writer artist
singer actor director player member customer client guest user rider driver passenger patient doctor physician nurse
employee worker staff manager borrower reader subscriber donor owner host candidate voter visitor tourist resident
citizen friend parent"""
PEOPLE = frozenset(_PEOPLE.split())
"""Whose age is the time since they were born."""

_CODES = {
    "sex gender": "female f women f woman f male m men m man m",
    "language lang": "english en french fr german de spanish es italian it japanese ja chinese zh portuguese pt "
                     "dutch nl russian ru polish pl swedish sv korean ko arabic ar turkish tr czech cs",
    "country nation ctry": "germany de france fr spain es italy it japan jp china cn portugal pt netherlands nl "
                           "poland pl sweden se austria at switzerland ch belgium be denmark dk norway no finland fi "
                           "ireland ie canada ca brazil br india in mexico mx australia au turkey tr greece gr",
}  # fmt: skip
CODES = {word: (called, code) for called, pairs in _CODES.items()
         for word, code in zip(pairs.split()[::2], pairs.split()[1::2], strict=True)}  # fmt: skip
"""From a word ("french") to the names of columns that may hold its code ("language"), and the code ("fr")."""

AMOUNTS = frozenset(
    ("sale", "payment", "expense", "donation", "refund", "cost", "invoice", "fine", "fee", "bill", "charge")
)
"""Nouns whose money is added up behind a word such as "total", rather than their rows counted."""
SPENT = frozenset(("sale", "expense", "cost", "fee", "charge"))
"""Those of `AMOUNTS` where, without such a word, both the count and the sum may be meant: the planner asks back."""
