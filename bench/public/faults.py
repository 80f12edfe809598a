"""Questions of a public benchmark whose right statement is itself at fault, as reading it beside the question shows.

`faults.toml` lists them by reason as digests of database and question, so that nothing of a benchmark is kept.
A wrong answer to one of them is counted apart. A question that leaves both ways open does not belong there.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

REASONS = {
    "column": "it shows another column than the question asks for, or one more",
    "comparison": "it compares otherwise than the question says, as “at least” for “more than”",
    "counted rows": "it counts rows where the question asks for different things",
    "direction": "it takes the other end of an order than the question asks for",
    "distinct": "the question decides whether equals are shown once, and it does the opposite",
    "figure": "it counts where values are asked for, shows values where a count is, or has one count in place of many",
    "join": "it joins without a condition, or by another key",
    "namesakes": "it takes different things of one name for one",
    "one of equals": "it shows one of several that share the first place within a group",
    "repeated": "it repeats a thing, or adds it up again, for each row that is joined to it",
    "table": "it takes its rows or its condition from another table than the question names",
    "text": "it compares numbers or moments as text, so that a day's own hours come after it",
    "unsaid": "it has a condition or a figure that the question does not say",
    "value": "it compares with another value than the question says",
}
_PATH = Path(__file__).with_suffix(".toml")
_DIGITS = 12


def digest(database: str, question: str) -> str:
    """What stands for a question in the list."""
    return hashlib.sha256(f"{database}\n{question}".encode()).hexdigest()[:_DIGITS]


def read_faults(path: Path = _PATH) -> dict[str, str]:
    """The reason for each listed digest; a ValueError for a reason that is none, or a digest that is none or is listed
    twice."""
    faults: dict[str, str] = {}
    for reason, digests in tomllib.loads(path.read_text("utf-8")).items():
        if reason not in REASONS:
            raise ValueError(f"{path.name}: “{reason}” is no reason; there are {', '.join(REASONS)}")
        for one in digests["questions"]:
            if len(one) != _DIGITS or set(one) - set("0123456789abcdef"):
                raise ValueError(f"{path.name}: “{one}” is not a digest of {_DIGITS} hexadecimal digits")
            if one in faults:
                raise ValueError(f"{path.name}: {one} is listed twice")
            faults[one] = reason
    return faults


def out_of_date(wrong: Iterable[str], judged: Iterable[str], faults: Mapping[str, str]) -> list[str]:
    """The listed digests of questions that were judged and are no longer answered wrongly."""
    return sorted((set(judged) & set(faults)) - set(wrong))
