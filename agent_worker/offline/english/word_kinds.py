"""What kind of piece each word and phrase of a question is, for asking back; the grammar has its own in `lexicon.py`.
Tables only, so that a new word is one line."""

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
    SIGN = "sign"
    DIRECTION = "direction"
    WHEN = "when"
    PREP = "prep"
    ROLE = "role"
    VERB = "verb"
    GLUE = "glue"
    FOLLOW = "follow"
    VAGUE = "vague"
    MONTH = "month"
    QUARTER = "quarter"
    WEEKDAY = "weekday"
    DATE = "date"
    NUMBER = "number"
    QUOTED = "quoted"
    COMMA = "comma"
    NAME = "name"
    VALUE = "value"
    UNKNOWN = "unknown"


_ROWS: tuple[tuple[Kind, str, str], ...] = (
    (Kind.COUNT, "count", "how many|number of|count of|count|counts|how often|# of|no of"),
    (Kind.AGG, "avg", "average|avg|mean|average of|mean of|on average"),
    (Kind.AGG, "sum", "total|sum|sum of|total of|totals|sum up|summed|total amount of|sum total of"),
    (Kind.AGG, "sum:count", "total number of|total count of"),
    (Kind.AGG, "median", "median|median of"),
    (Kind.AGG, "min", "minimum|min|minimum of|smallest value of"),
    (Kind.AGG, "max", "maximum|max|maximum of|largest value of"),
    (Kind.AGG, "stddev", "standard deviation|stddev|std dev|standard deviation of|std"),
    (Kind.DISTINCT, "distinct", "distinct|different|unique"),
    (Kind.SHARE, "percent",
     "percentage of|percent of|share of|percentage|percent|share|percentages|shares|what percentage of"
     "|what percent of|what share of|% of|%"),
    (Kind.SHARE, "fraction", "fraction of|proportion of|fraction|proportion|what fraction of|what proportion of"),
    (Kind.CORRELATION, "corr", "correlation between|correlation of|correlation|correlate"),
    (Kind.STATS, "stats",
     "statistics of|statistics for|stats of|stats for|summary of|summarize|summarise|describe|statistics|stats"
     "|summary statistics of|summary statistics for|summary statistics"),
    (Kind.BY, "by",
     "by|per|for each|for every|in each|in every|each|every|at each|on each|of each|within each|grouped by"
     "|group by|broken down by|split by|by each|by every|at every|on every|of every"),
    (Kind.TOP, "desc", "top"),
    (Kind.TOP, "asc", "bottom"),
    (Kind.MOST, "desc", "most|the most|most number of"),
    (Kind.MOST, "asc", "fewest|least|the fewest|the least"),
    (Kind.COMMON, "desc", "most common|most frequent|commonest|most frequently"),
    (Kind.COMMON, "asc", "least common|least frequent|rarest"),
    (Kind.SUPERLATIVE, "desc", "highest|largest|greatest|biggest|longest|farthest|furthest"),
    (Kind.SUPERLATIVE, "asc", "lowest|smallest|shortest|nearest"),
    (Kind.CMP, ">",
     "more than|greater than|over|above|exceeding|exceeds|larger than|higher than|longer than|bigger than|is over"
     "|exceed|exceeded|of more than|of over|greater|>|farther than"),
    (Kind.CMP, ">=", "at least|no less than|not less than|greater than or equal to|or more|>="),
    (Kind.CMP, "<", "less than|under|below|fewer than|smaller than|lower than|shorter than|of less than|<"),
    (Kind.CMP, "<=", "at most|up to|no more than|not more than|less than or equal to|or less|or fewer|<="),
    (Kind.CMP, "=", "equal to|equals|exactly|equal|=|=="),
    (Kind.CMP, "!=", "not equal to|!=|<>|other than|different from"),
    (Kind.BETWEEN, "between", "between"),
    (Kind.AND, "and", "and|&|as well as|plus|and also"),
    (Kind.OR, "or", "or|either"),
    (Kind.NOT, "not", "not|excluding|except|except for|except from|not from|n't|aren't|isn't|weren't|wasn't"),
    (Kind.NULL, "null",
     "null|missing|empty|blank|is null|is missing|is empty|are missing|are null|unknown|is unknown|nulls"),
    (Kind.NULL, "set", "not null|is not null|not missing|is not missing|not empty|known|are not null|are not missing"),
    (Kind.WITHOUT, "without", "without|with no|has no|have no|had no|without any|lacking|with missing"),
    (Kind.LIST, "list",
     "list|show|display|give|get|find|print|show me|give me|get me|tell me|find me|what is|what's|what was"
     "|what were|whats|what are|which are"),
    (Kind.WHICH, "which", "which|what"),
    (Kind.SORT, "sort", "sorted by|ordered by|order by|sort by|ranked by|rank by|in order of|sort|sorted|ordered"),
    (Kind.DIRECTION, "asc",
     "ascending|asc|alphabetically|in ascending order|from lowest to highest|lowest first|smallest first"),
    (Kind.DIRECTION, "desc", "descending|desc|in descending order|from highest to lowest|highest first|largest first"),
    (Kind.WHEN, ">=", "since|starting"),
    (Kind.WHEN, "<", "before"),
    (Kind.WHEN, ">", "after"),
    (Kind.WHEN, "<=", "until|till|through"),
    (Kind.PREP, "in",
     "in|at|on|for|of|with|having|whose|where|that|who|when|during|as|within|among|via|using|under the|which have"
     "|that have|with a|with an"),
    (Kind.ROLE, "from",
     "from|out of|departing from|leaving from|departing|leaving|originating in|originating from|left|departed from"
     "|departed|depart from|depart|leave|coming from|starting from|starting in|starting at"),
    (Kind.ROLE, "to",
     "to|into|arriving at|arriving in|arriving|arrived at|arrived in|going to|bound for|headed to|ending in"
     "|ending at|landing in|landing at|arrive at|arrive in|landed at|landed in"),
    (Kind.VERB, "verb", "is|are|was|were|has|have|had|does|do|did"),
    (Kind.GLUE, "",
     "the|a|an|there|be|been|being|please|can|could|would|you|i|we|me|our|my|all|any|want|to know|like to know"
     "|to see|know|see|overall|it|its|their|they|them|i'd|is there|are there|were there|was there|in total"
     "|in the data|in the dataset|in the database|that were|that was|that are|that is|operated|operated by"
     "|recorded|exist|exists|made|made by|placed|placed by|served|happened|occurred|took place|break down|then"
     "|value|values|hi|hello|respectively|compute|calculate|altogether|operate|data|plot|chart|graph|draw|table"
     "|rows|records|entries|out|up|do we have"),
    (Kind.FOLLOW, "add", "what about|how about|instead|same|again|the same|restrict to|same thing"),
    (Kind.FOLLOW, "only", "only|just|and only|but|but only"),
    (Kind.FOLLOW, "also", "also|additionally|too"),
    (Kind.VAGUE, "",
     "across|late|early|on time|delayed|cancelled|canceled|busy|busiest|best|worst|popular|most popular|recent"
     "|latest|newest|oldest|earliest|long|short|big|small|large|expensive|cheap|cheapest|most expensive|fast|slow"
     "|fastest|slowest|good|bad|better|worse|normal|typical|usual|usually|important|interesting|today|yesterday"
     "|tomorrow|this year|last year|this month|last month|last week|this week|ago|soon|recently|high|low|many|much"
     "|few|how much|trend|why|because|should|will|predict|forecast|next|previous|growth|change|compared|compare"
     "|versus|vs|than|running|cumulative|rolling|moving"),
    (Kind.QUARTER, "1", "q1|first quarter|1st quarter"),
    (Kind.QUARTER, "2", "q2|second quarter|2nd quarter"),
    (Kind.QUARTER, "3", "q3|third quarter|3rd quarter"),
    (Kind.QUARTER, "4", "q4|fourth quarter|4th quarter"),
    (Kind.SIGN, "<", "negative"),
    (Kind.SIGN, ">", "positive"),
    (Kind.COMMA, ",", ","),
)  # fmt: skip
"""Kind, the word that the grammar goes by, and the phrases that say it."""

PHRASES: dict[str, tuple[Kind, str]] = {
    phrase: (kind, word) for kind, word, phrases in _ROWS for phrase in phrases.split("|")
}
LONGEST_PHRASE = max(len(phrase.split()) for phrase in PHRASES)
