"""The owner's examples that are most like a question. Pure."""

import re
from collections.abc import Sequence

from bus.contract.catalog import Example

MAX_EXAMPLES = 3
MAX_EXAMPLE_CHARS = 2_000


def nearest_examples(question: str, examples: Sequence[Example]) -> list[Example]:
    """At most three, the most like first: those that share the most words, by how many they have in all. One that
    shares none is left out."""
    asked = _words(question)
    likeness = {at: _likeness(asked, _words(example.question)) for at, example in enumerate(examples)}
    best = sorted((at for at in likeness if likeness[at] > 0), key=lambda at: -likeness[at])
    return [examples[at] for at in best[:MAX_EXAMPLES]]


def examples_text(examples: Sequence[Example]) -> str:
    return "\n".join(f"question: {example.question}\nsql: {example.sql[:MAX_EXAMPLE_CHARS]}" for example in examples)


def _likeness(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(1, len(one | other))


def _words(text: str) -> set[str]:
    """The words that say something, without a plural's ending."""
    words = re.findall(r"\w+", text.lower())
    return {word.removesuffix("s") if len(word) > 3 else word for word in words if len(word) > 2 or word.isdigit()}
