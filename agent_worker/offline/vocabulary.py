"""The planner's own English: which phrases mean what. Tables only, so that a new word is one line."""

from enum import StrEnum


class Kind(StrEnum):
    """What a piece of a question is."""

    COUNT = "count"
    AGG = "agg"
    DISTINCT = "distinct"
    SHARE = "share"
    CORRELATION = "correlation"
    STATS = "stats"
    BY = "by"
    TOP = "top"
    MOST = "most"
    COMMON = "common"
    SUPERLATIVE = "superlative"
    CMP = "cmp"
    BETWEEN = "between"
    AND = "and"
    OR = "or"
    NOT = "not"
    NULL = "null"
    WITHOUT = "without"
    LIST = "list"
    WHICH = "which"
    SORT = "sort"
    DIRECTION = "direction"
    WHEN = "when"
    PREP = "prep"
    ROLE = "role"
    VERB = "verb"
    GLUE = "glue"
    FOLLOW = "follow"
    VAGUE = "vague"
    MONTH = "month"
    WEEKDAY = "weekday"
    DATE = "date"
    NUMBER = "number"
    QUOTED = "quoted"
    COMMA = "comma"
    NAME = "name"
    VALUE = "value"
    UNKNOWN = "unknown"


def _rows(kind: Kind, table: dict[str, str]) -> dict[str, tuple[Kind, str]]:
    return {phrase.strip(): (kind, word) for word, phrases in table.items() for phrase in phrases.split("|")}


PHRASES: dict[str, tuple[Kind, str]] = {
    **_rows(Kind.COUNT, {"count": "how many|number of|count of|count|counts|total number of|how often|# of|no of"}),
    **_rows(
        Kind.AGG,
        {
            "avg": "average|avg|mean|average of|mean of|on average",
            "sum": "total|sum|sum of|total of|totals|sum up|summed|total amount of|sum total of",
            "median": "median|median of",
            "min": "minimum|min|minimum of|smallest value of",
            "max": "maximum|max|maximum of|largest value of",
            "stddev": "standard deviation|stddev|std dev|standard deviation of|std",
        },
    ),
    **_rows(Kind.DISTINCT, {"distinct": "distinct|different|unique"}),
    **_rows(
        Kind.SHARE,
        {
            "percent": "percentage of|percent of|share of|percentage|percent|share|percentages|shares|what percentage of"
            "|what percent of|what share of|% of|%",
            "fraction": "fraction of|proportion of|fraction|proportion|what fraction of|what proportion of",
        },
    ),
    **_rows(Kind.CORRELATION, {"corr": "correlation between|correlation of|correlation|correlate"}),
    **_rows(
        Kind.STATS,
        {
            "stats": "statistics of|statistics for|stats of|stats for|summary of|summarize|summarise"
            "|describe|statistics|stats|summary statistics of|summary statistics for|summary statistics"
        },
    ),
    **_rows(
        Kind.BY,
        {
            "by": "by|per|for each|for every|in each|in every|each|every|at each|on each|of each|within each"
            "|grouped by|group by|broken down by|split by|across|by each|for all|for the different|by every"
            "|at every|on every|of every|across all"
        },
    ),
    **_rows(Kind.TOP, {"desc": "top", "asc": "bottom"}),
    **_rows(Kind.MOST, {"desc": "most|the most|most number of", "asc": "fewest|least|the fewest|the least"}),
    **_rows(
        Kind.COMMON,
        {
            "desc": "most common|most frequent|commonest|most frequently",
            "asc": "least common|least frequent|rarest",
        },
    ),
    **_rows(
        Kind.SUPERLATIVE,
        {
            "desc": "highest|largest|greatest|biggest|longest|farthest|furthest",
            "asc": "lowest|smallest|shortest|nearest",
        },
    ),
    **_rows(
        Kind.CMP,
        {
            ">": "more than|greater than|over|above|exceeding|exceeds|larger than|higher than|longer than|bigger than"
            "|is over|exceed|exceeded|of more than|of over|greater|>|farther than",
            ">=": "at least|no less than|not less than|greater than or equal to|or more|>=",
            "<": "less than|under|below|fewer than|smaller than|lower than|shorter than|of less than|<",
            "<=": "at most|up to|no more than|not more than|less than or equal to|or less|or fewer|<=",
            "=": "equal to|equals|exactly|equal|=|==",
            "!=": "not equal to|!=|<>|other than|different from",
        },
    ),
    **_rows(Kind.BETWEEN, {"between": "between"}),
    **_rows(Kind.AND, {"and": "and|&|as well as|plus|and also"}),
    **_rows(Kind.OR, {"or": "or|either"}),
    **_rows(Kind.NOT, {"not": "not|excluding|except|except for|except from|not from|n't|aren't|isn't|weren't|wasn't"}),
    **_rows(
        Kind.NULL,
        {
            "null": "null|missing|empty|blank|is null|is missing|is empty|are missing|are null|unknown|is unknown|nulls",
            "set": "not null|is not null|not missing|is not missing|not empty|known|are not null|are not missing",
        },
    ),
    **_rows(Kind.WITHOUT, {"without": "without|with no|has no|have no|had no|without any|lacking|with missing"}),
    **_rows(
        Kind.LIST,
        {"list": "list|show|display|give|get|find|print|show me|give me|get me|tell me|find me|what are|which are"},
    ),
    **_rows(Kind.WHICH, {"which": "which|what"}),
    **_rows(
        Kind.SORT, {"sort": "sorted by|ordered by|order by|sort by|ranked by|rank by|in order of|sort|sorted|ordered"}
    ),
    **_rows(
        Kind.DIRECTION,
        {
            "asc": "ascending|asc|alphabetically|in ascending order|from lowest to highest|lowest first|smallest first",
            "desc": "descending|desc|in descending order|from highest to lowest|highest first|largest first",
        },
    ),
    **_rows(Kind.WHEN, {">=": "since|starting", "<": "before", ">": "after", "<=": "until|till|through"}),
    **_rows(
        Kind.PREP,
        {
            "in": "in|at|on|for|of|with|having|whose|where|that|who|when|during|as|within|among"
            "|via|using|under the|which have|that have|with a|with an"
        },
    ),
    **_rows(
        Kind.ROLE,
        {
            "from": "from|out of|departing from|leaving from|departing|leaving|originating in|originating from|left"
            "|departed from|departed|depart from|depart|leave|coming from|starting from|starting in|starting at",
            "to": "to|into|arriving at|arriving in|arriving|arrived at|arrived in|going to|bound for|headed to"
            "|ending in|ending at|landing in|landing at|arrive at|arrive in|landed at|landed in",
        },
    ),
    **_rows(
        Kind.VERB,
        {"verb": "is|are|was|were|has|have|had|does|do|did"},
    ),
    **_rows(
        Kind.GLUE,
        {
            "": "the|a|an|there|be|been|being|please|can|could|would|you|i|we|me|our|my|all|any|want|to know|like to know"
            "|to see|know|see|overall|it|its|their|they|them|i'd|what is|what's|what was|what were|whats|is there|are there"
            "|were there|was there|in total|in the data|in the dataset|in the database|that were|that was|that are|that is"
            "|operated|operated by|recorded|exist|exists|made|made by|placed|placed by|served|happened|occurred|took place"
            "|break down|then|value|values|of the|hi|hello|respectively|compute|calculate|altogether|operate|data|plot|chart"
            "|graph|draw|table|rows|records|entries|out|up|by the|do we have|with the|in the"
        },
    ),
    **_rows(
        Kind.FOLLOW,
        {
            "add": "what about|how about|only|just|now|instead|same|also|but|again|the same|and only|restrict to|same thing"
        },
    ),
    **_rows(
        Kind.VAGUE,
        {
            "": "late|early|on time|delayed|cancelled|canceled|busy|busiest|best|worst|popular|most popular|recent|latest"
            "|newest|oldest|earliest|long|short|big|small|large|expensive|cheap|cheapest|most expensive|fast|slow|fastest"
            "|slowest|good|bad|better|worse|normal|typical|usual|usually|important|interesting|today|yesterday|tomorrow"
            "|this year|last year|this month|last month|last week|this week|ago|now|soon|recently|high|low|many|much|few"
            "|how much|trend|why|because|should|will|predict|forecast|next|previous|growth|change|compared|compare|versus"
            "|vs|than|running|cumulative|rolling|moving"
        },
    ),
    ",": (Kind.COMMA, ","),
}

LONGEST_PHRASE = max(len(phrase.split()) for phrase in PHRASES)

MONTHS = {
    name: number
    for number, names in enumerate(
        ["january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug", "september sep sept", "october oct", "november nov", "december dec"],
        start=1,
    )
    for name in names.split()
}
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        ["monday mondays", "tuesday tuesdays", "wednesday wednesdays", "thursday thursdays", "friday fridays", "saturday saturdays", "sunday sundays"],
        start=1,
    )
    for name in names.split()
}
UNITS = {
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
ADVERBS = frozenset(["yearly", "annual", "annually", "quarterly", "monthly", "weekly", "daily", "hourly"])
"""Units that need no "by": "monthly average delay" groups by month."""

DERIVED = {
    "fly": "flight", "flies": "flight", "flew": "flight", "flown": "flight", "flying": "flight",
    "sell": "sale", "sold": "sale", "sells": "sale", "buy": "purchase", "bought": "purchase",
    "ordered": "order", "ordering": "order", "paid": "payment", "pay": "payment", "visited": "visit",
    "purchased": "purchase", "deliver": "delivery", "delivered": "delivery", "rented": "rental", "booked": "booking",
}  # fmt: skip
"""Verbs and the noun of the same doing: "which airline flew" speaks of flights when there is such a table."""

ROLE_WORDS = {
    "from": frozenset(["origin", "source", "src", "from", "start", "departure", "sender", "pickup", "begin"]),
    "to": frozenset(["dest", "destination", "to", "target", "end", "arrival", "receiver", "dropoff"]),
}
"""Name parts of a column that plays the part of "from" or "to" when two columns refer to one table."""

ID_WORDS = frozenset({"number", "numbers", "no", "id", "ids", "code", "codes", "key"})
LABEL_PARTS = ("name", "title", "label", "fullname", "description")
