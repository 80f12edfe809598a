"""The English of questions, as tables: which phrases open, aggregate, compare, rank, group, sort, deny and glue."""

from agent_worker.offline.english.phrases import Phrases, words_of


def _said(phrases: str) -> Phrases[None]:
    return Phrases({phrases: None})


OPENERS = Phrases(
    {
        "what {is,was}|what's|whats": "single",
        """what {are,were}|which {are,is}|{show,give,tell,find,list}{ me,}|list {out,down}
        |find out
        |display|get|print|return|report|retrieve|select|compute|calculate|provide|identify|count up|tell me about
        |{are there,is there,do we have}{ any, a, an,}
        |what do|i want{ to know,}|sort|order|what can be|search for|determine|let me know|take""": "list",
        """which|what|{in,for,on,at,by,from,under,to,with} which|{in,on,at,with} what|what {kind,kinds} of
        |which of the""": "which",
        "who {is,are,were,was}": "who",
        "count": "count",
    }
)
OPENING_GLUE = _said(
    """me|us|the|all|of|out|please|for|a|an|{a,the,} list of|can you|could you|i|to|you|any|every|both{ the,}|up
    |also|do|have|just
    |our|my|{the,} values of|value of|information of|and|then|there|possible|available|corresponding|together with
    |distinct values of|existing|{kind,kinds} of"""
)
BESIDE = _said("as well as|along with{ the,}|together with|followed by|with {their,its,his,her}")
DETERMINERS = _said(
    """the|a|an|{all,some,any,one}{ of,} the|all|some|any|its|their|his|her|these|those|this|corresponding|respective
    |associated|our|my|such|given|current|specific|related|both"""
)
DISTINCT = _said("{the,} {different,distinct}|unique|various|{different,distinct,} {kind,kinds} of")
COUNT = _said("{the,}{ total,} {number,numbers,count} of|counts of|how many{ of,}|# of")
BARE_COUNT = _said(
    "{the,} {count,number}|counts|how many times|frequency|number of {times,records}|how many {there are,are there}"
)
AGGREGATES = Phrases(
    {
        """average{ number, value, amount,} of|overall {average,mean}|{average,avg,mean,averaged}|mean{ number,} of
        |{the,} average of""": "avg",
        """total|sum|{the,} {sum,total} of|{total,total sum,sum total} of|total {amount,value} of|combined|summed
        |overall""": "sum",
        "minimum|min|{the,} minimum of|minimal": "min",
        "maximum|max|{the,} maximum of|maximal|maximum number of": "max",
        "median{ of,}": "median",
        "standard deviation{ of,}|stddev": "stddev",
    }
)
_FROM = "{ between, from}"
SPANS = Phrases(
    {
        f"""how long{{ is it, was it, does it take, did it take,}}{_FROM}
        |{{the,}}{{ length of,}} {{time,duration}}{{ passed,}}{_FROM}""": "",
        f"{{the,}}{{ number of,}} days{{ passed,}}{_FROM}|how many days{{ are there, passed, is it,}}{_FROM}": "day",
        f"{{the,}}{{ number of,}} hours{{ passed,}}{_FROM}|how many hours{{ are there, passed, is it,}}{_FROM}": "hour",
        f"""{{the,}}{{ number of,}} minutes{{ passed,}}{_FROM}
        |how many minutes{{ are there, passed, is it,}}{_FROM}""": "minute",
    }
)
TOPS = Phrases({"top": True, "bottom": False})
EXTREMES = Phrases(
    {
        "{the,} {highest,largest,greatest,biggest,most,maximum,max}|top|maximal": True,
        "{the,} {lowest,smallest,least,fewest,minimum,min}|minimal": False,
    }
)
SUPERLATIVES = Phrases(
    {
        "{the,} {longest,tallest,heaviest,oldest,latest,most recent,newest,most expensive,fastest,eldest}": True,
        "{the,} {shortest,youngest,earliest,cheapest,lightest,slowest}": False,
    }
)
AMOUNT = _said("{total,} number of|{amount,count,numbers,amounts} of|total")
_BORN, _BEGAN = "birth birthday born birthdate dob", "date year time day founded opened"
BORN = frozenset(_BORN.split())
LIVED = BORN | {"death", "died", "deceased"}
"""What tells of a person's life, and not when the row was made."""
ADJECTIVES = Phrases(
    {
        "oldest|eldest": ((True, "age"), (False, f"{_BORN} {_BEGAN} built established")),
        "youngest": ((False, "age"), (True, _BORN)),
        "tallest": ((True, "height stories floors"),),
        "shortest": ((False, "height length time duration distance runtime minutes hours days pages"),),
        "longest": ((True, "length time duration distance runtime minutes hours days pages"),),
        "{largest,biggest}": ((True, "area size capacity population"),),
        "smallest": ((False, "area size capacity population"),),
        "heaviest": ((True, "weight"),),
        "lightest": ((False, "weight"),),
        "cheapest|least expensive|lowest priced": ((False, "price cost fee fare"),),
        "most {expensive,costly}|priciest|highest priced|dearest|costliest": ((True, "price cost fee fare"),),
        "earliest|least recent|first": ((False, _BEGAN),),
        "latest|newest|most {recent,recently}|last": ((True, _BEGAN),),
        "{best,highest} paid": ((True, "salary wage"),),
        "most valuable": ((True, "value worth"),),
        "least valuable": ((False, "value worth"),),
        "most {populous,populated}": ((True, "population"),),
        "least {populous,populated}": ((False, "population"),),
    }
)
LASTING = frozenset(("take", "takes", "took", "last", "lasts", "lasted", "stay", "run", "ran"))
HOW_LONG = Phrases({"how long": ""} | {f"how many {unit}s": unit for unit in ("day", "hour", "minute")})
IT_TAKES = _said("it {take,takes,took} {to,for,until}")
LONG = Phrases({"{the,} {longest,most time}": True, "{the,} {shortest,least time}": False})
"""What something did between its two dates, and how long."""
COMMON = Phrases(
    {
        """{the,} most {common,frequent}|most {commonly,frequently}{ used,}|most {popular,often,used}
        |commonest""": True,
        "least {common,frequent,popular,used}|rarest|least {commonly used,often}|fewest times": False,
    }
)
LASTLY = Phrases({"{first,earliest}": False, "{last,latest,most recently}": True})
"""Behind a verb, whose date is meant: "who joined last"."""
_ORDINALS = "second 2nd|third 3rd|fourth 4th|fifth 5th|sixth 6th|seventh 7th|eighth 8th|ninth 9th|tenth 10th"
ORDINALS = {word: nth for nth, same in enumerate(_ORDINALS.split("|"), start=2) for word in same.split()}
COMPARE = Phrases(
    {
        """{more,greater,larger,higher,longer,bigger,farther,later,older,taller,heavier} than|{is,} {over,above}
        |exceeding
        |exceeds|exceed|exceeded|more|>|in excess of|after""": ">",
        """at least|{no,not} {less,fewer} than|{greater,more,larger,higher} than or equal to|>=|{a,} minimum of
        |equal to or more than|since|from""": ">=",
        "{less,fewer,smaller,lower,shorter,lighter,younger,cheaper} than|under|below|<|earlier than|before": "<",
        """at most|up to|{no,not} {more,later} than|{less,lower,smaller,fewer} than or equal to|<=
        |a maximum of""": "<=",
        "equal to|equals|exactly|equal|=|==|only|{the,} same as": "=",
        "{does ,do ,is ,}not equal{ to,}|!=|<>|other than|different from|not": "!=",
    }
)
ORDERING = (">", ">=", "<", "<=")
VERSUS = _said("vs|versus|{compared,in comparison} {to,with}|against|v")
GROWTH = _said("{the,} {growth,change,increase,decrease,trend} {of,in}|by how much did|how much did|how did|how has")
GREW = _said("{grow,grew,grown,change,changed,increase,increased,rise,rose,fall,fell,decrease,decreased,drop,dropped}")
OVER = Phrases(
    {
        f"{{{unit} over {unit},{unit} on {unit},from {unit} to {unit}}}": unit
        for unit in ("day", "week", "month", "quarter", "year")
    }
)
TRAILING = Phrases(
    {
        "or {more,above,higher,over,greater,later,older,after}|and above": ">=",
        "or {less,fewer,below,lower,under,earlier,before,younger}": "<=",
    }
)
RELATIVES = Phrases(
    {
        "older than|elder than|{over,above} the age of|above age": (">", "age"),
        "at least {the,} age of": (">=", "age"),
        "younger than|{under,below} the age of": ("<", "age"),
        "taller than": (">", "height"),
        "shorter than": ("<", "height length time duration distance minutes hours"),
        "heavier than": (">", "weight"),
        "lighter than": ("<", "weight"),
        "longer than": (">", "length time duration distance runtime minutes hours"),
        "more expensive than": (">", "price cost"),
        "cheaper than": ("<", "price cost"),
        "after{ the year, the year of,}|later than": (">", f"{_BEGAN} born built"),
        "before{ the year, the year of,}|earlier than|prior to": ("<", f"{_BEGAN} born built"),
        "since": (">=", "date year time day"),
        "on": ("=", "date time day"),
        """in{ year, the year, the years, the year of,}|during|of year|from{ year,}|between{ the years, year,}""": (
            "=",
            "year",
        ),
    }
)
MEASURED = Phrases(
    {
        "cost|costs|costing|{is,are,} priced{ at,}": "price cost",
        "weigh|weighs|weighing": "weight",
        "aged|age": "age",
        "earn|earns|earning|make|makes|making": "salary",
        "take|takes|took|taking|last|lasts|lasted|lasting": "time duration",
    }
)
"""Verbs whose object is a figure: "cost between 5 and 9"."""
COMPARATIVES = Phrases({"higher|greater|larger|bigger|longer|more": ">", "lower|smaller|shorter|fewer|less": "<"})
"""Before what is compared: "a higher price than 9"."""
COPULAS = _said(
    """{is,are}{ either,}|was|were|of|being|be|equal to|equals|as|=|:|{has,have} been|is in|in|{that,which} is
    |is the|for
    |listed as|to be|described as|{with,} value of|with value|named|called|,"""
)
RANGES = _said("{in ,}between|{ranging ,}from|ranging between|in the range {of,from,between}{ from, between,}")
NAMED = _said(
    """{that is, which is,} named{ as, by,}|called|titled|with {the,} {name,title}|whose {name,title} is
    |whose names are
    |by the name of|name is|with the name of|known as"""
)
_WORD = "{ the, a,}{ word, substring, string, phrase, letter, letters, character, characters,}"
CONTAINS = Phrases(
    {
        f"""{{that,which,}} {{contains,contain,containing}}{_WORD}|{{includes,include,including}}{_WORD}
        |{{has,have,having,with}}{{ the, a, an,}} {{word,substring,string,letter}}|{{are,is,}} like""": "%{}%",
        f"""{{that,}} {{starts,start,starting,begins,begin,beginning}} with{_WORD}
        |{{has,have,with}}{{ the,}} prefix""": "{}%",
        f"{{that,}} {{ends,end,ending}} {{with,in}}{_WORD}": "%{}",
    }
)
GROUPS = Phrases(
    {
        """{for,of,in,by,on,at,to,from,with,within,under,among,that,does,did,do,has,was,corresponding to} each|per|each
        |{for,of,in,at,on,by,} every|{grouped,group} by{ each,}|for each of{ the,}|broken down by|split by
        |{for,of,in}{ each,} different|for each distinct""": True,
        "by{ the, different,}|according to": False,
    }
)
_UP = "{ascending,increasing,alphabetical,alphabetic,lexicographical,lexicographic,ascending alphabetical}"
_DOWN = "{descending,decreasing,reverse,descending alphabetical,reverse alphabetical}"
_SORT = "{sorted ,ordered ,listed ,}"
_OBJECT = "{ them, it, results, the result, the results, the list, the names, the output,}"
_BY = "{of,by,of their,based on,sorted by}"
SORTS = Phrases(
    {
        f"""{{sorted,ordered,arranged,ranked,sort,order,ordering,sorting}}{_OBJECT} by
        |{{sorted,}} in{{ the, an,}} order of|{{listed,list}} in order of|sorted according to
        |{{sorted,ordered}} based on|sorted on|in order by|rank them by|based on""": None,
        f"""{_SORT}in{{ the, an, a,}} {_UP} order {_BY}|{{ordered,sorted,}} alphabetically by
        |{{ordered,sorted}} ascending by
        |{{ordered,sorted,order,listed}} by{{ the,}} ascending|ordered from lowest to highest
        |ascending order of|{{sorted,ordered,listed}} by {_UP} order of""": False,
        f"""{_SORT}in{{ the, an, a,}} {_DOWN} order {_BY}|{{ordered,sorted}} descending by
        |{{ordered,sorted,listed}} by{{ the,}} descending|descending order of
        |{{sorted,ordered,listed}} by {_DOWN} order of""": True,
    }
)
ORDERS = Phrases(
    {
        f"""{_SORT}{{in,by}}{{ the, an, a,}} {_UP} {{order,manner}}|ascending|asc
        |{{sorted,ordered,listed,}} alphabetically|in order
        |lexicographically|in {{chronological,lexical}} order|in ascending lexicographical order
        |from{{ the,}} {{lowest,smallest,earliest,youngest}} to{{ the,}} {{highest,largest,latest,oldest}}|from a to z
        |{{lowest,smallest,cheapest,earliest,least,fewest,oldest,shortest}} first
        |from {{low to high,least to greatest,least to most,fewest to most,shortest to longest
        ,old to new,oldest to newest}}""": False,
        f"""{_SORT}{{in,by}}{{ the, an, a,}} {_DOWN} {{order,manner}}|descending|desc|descendingly
        |in descending lexicographical order
        |in reverse {{lexicographical,lexicographic}} order|from z to a
        |from{{ the,}} {{highest,largest,latest,oldest}} to{{ the,}} {{lowest,smallest,earliest,youngest}}
        |{{highest,largest,biggest,latest,newest,most expensive,most recent,most,longest}} first
        |from {{high to low,greatest to least,most to least,most to fewest,longest to shortest
        ,newest to oldest}}""": True,
    }
)
ABSENT = _said(
    """without{ any,}|with no|{have,has,had} no|{do,does,did} not{ have any, have,}|{don't,doesn't,didn't}{ have,}
    |{not,never}
    |{not,never} {have,having,been}{ any,}|{have,has,had} {not,never}{ been, had,}|{are,is,were,was} {not,never}
    |{haven't,hasn't,aren't,isn't,weren't,wasn't}|were never been
    |{nobody,no one}{ has, have, had, ever, has ever,}"""
)
IN_ALL = _said("{all,} together|altogether|in {total,all}|all told|overall|combined")
GLUE = _said(
    """the|a|an|all|of|any|please|that|who|which|do|does|did|is|are|was|were|be|been|being|me|us|we|you|i|it|they
    |them|its
    |his|her|their|those|these|there|this|to|for|in|on|at|from|with|by|as|also|has|have|had|having|whose|where|when
    |some
    |respectively|currently|given|whole|if|do {we,you} have|among|within|during|,|'|then|whom|ever|actually|really
    |still|yet|so far
    |already|he or she|there exist|we have|in our database|it has|out|list|that of|into|such|together with|a total of
    |our|my|along|via|about|regarding|using|under|through|available|existing|corresponding|in the database
    |recorded|records|each of the|in {our,the} {record,records}|in the table|{have,has,had} once
    |{people,those} who|can|ones|either|one|for which|in which|result|results
    |over all|{across,across all}|out of all|that is|value|values|of the|stored|on record|could|so
    |{at the,} same time|system
    |was the|according|in the system|sort|order|show|return|find|give|:"""
)
_IT = "{ it, this, that, them, those, these, the list, the result, the results,}"
GOES_ON = Phrases(
    {
        f"""and|but|or rather|{{what,how}} about|what of|what if|now|then|instead|rather|ok|okay|only|just|again
        |{{do,show,give,make}}{{ me,}} the same|{{the,}} same{{ thing, question, figure, figures, again,}}
        |{{restrict,limit,narrow,filter,reduce}}{_IT}{{ down,}}{{ to, by,}}|{{change,switch}}{_IT} to
        |make {{it,that,them}}|show {{it,that,them}}""": "",
        f"{{split,break}}{_IT}{{ down,}}": "also",
        "also|additionally|too|as well|in addition{ to that,}|plus|add{ in,}|include|including": "also",
    }
)
"""What a text begins with that goes on from an earlier question; "also": it adds to it."""
EXCEPT = _said("{neither,except,excluding,but not,not,leave out,exclude,apart from,other than}{ for,}")
GOES_ON_BEHIND = _said("instead|too|as well|again|now|then|only|rather|please|also|though")
BEING = frozenset(("is", "are", "was", "were", "be", "been"))
AUXILIARIES = frozenset(("is", "are", "was", "were", "have", "has", "had", "did", "do", "does"))
INVOLVING = frozenset(("for", "to", "with", "as", "by", "in", "on", "at", "from"))
"""What brings something else into what was done."""
PREPOSITIONS = words_of("in|from|of|at|on|by|to|for|with|into|within|as|during|is|are|was|were")
SOME = frozenset({"a", "an", "any", "some"})
LINKS = frozenset({"is", "are", "was", "were", "has", "have", "had", "with", "whose"})
_DETERMINING = "the all a an any these those each every their its his her corresponding respective related"
DETERMINING = frozenset(_DETERMINING.split())
RELATING = frozenset({"that", "which", "who", "from", "in", "for"})
STOPS = frozenset({".", "?", ",", ";", "and"})
RESTRICTING = frozenset({"and", "only", "just", "but", "now", "the", "all", "what", "about"})
POSSESSIVES = frozenset({"their", "its", "his", "her"})
PRONOUNS = frozenset({"they", "he", "she", "it", "we", "you"})
GROUPED = frozenset({"grouped", "split", "sorted", "ranked"})
TIMELY = frozenset({"after", "before", "since", "later", "earlier"})
_SIZED = "first highest high largest greatest most lowest low smallest least ascending descending increasing decreasing"
SIZED = frozenset(_SIZED.split())
"""Words of an order by a figure, unless others say by what: by time, or by the alphabet."""
_UNSIZED = "latest newest recent earliest oldest youngest alphabetical alphabetic lexicographical"
UNSIZED = frozenset(_UNSIZED.split())
TIMES = frozenset({"times", "time"})

PHRASES = frozenset(
    phrase
    for table in list(globals().values())
    if isinstance(table, Phrases) and table is not MEASURED
    for phrase in table
)
"""All that is said whatever the data are called."""
LONGEST_PHRASE = max(len(phrase.split()) for phrase in PHRASES)
_NOTHING = (GLUE, DETERMINERS, OPENERS, OPENING_GLUE, COPULAS, COUNT, BARE_COUNT, AGGREGATES, GROUPS)
SAYS_NOTHING = frozenset(("and", "by", *(phrase for table in _NOTHING for phrase in table)))
"""What tells nothing of the data."""


def opens(words: list[str], at: int = 0) -> bool:
    """Whether a whole question opens at a place: "which", "how many", "show"."""
    return bool(OPENERS.at(words, at) or COUNT.at(words, at))


def known_ends(words: list[str], at: int) -> list[int]:
    """Behind which words the phrases end that begin at a place."""
    ends = range(at + 1, min(at + LONGEST_PHRASE, len(words)) + 1)
    return [end for end in ends if " ".join(words[at:end]) in PHRASES]
