"""Verbs, which tie the nouns of a question together: tables, and the forms that are made of them."""

from collections.abc import Iterator

from agent_worker.offline.english.phrases import expand, words_of

_ROOTS = """belong|live|work|take|enroll|own|locate|base|hold|play|make|use|offer|contain|include|appear|participate
|associate|relate|exist|register|provide|come|go|get|serve|affiliate|assign|attend|involve|receive|perform
|stay|do|happen|keep|run|produce|write|teach|study|hire|employ|visit|order|buy|purchase|sell|place|join
|submit|lead|manage|publish|release|rate|review|like|support|cover|need|require|know|call|correspond
|borrow|book|rent|issue|record|start|end|build|open|found|establish|create|graduate|bear|want|supply|carry
|treat|prescribe|experience|operate|fly|drive|direct|act|feature|deal|engage|situate|reside|send|cost
|charge|earn|spend|report|claim|show|present|introduce|install|measure|list|test|nominate|award|host
|organize|contribute|score|commit|follow|interact|elect|sponsor|train|reach|cite|advise|raise|undergo|say
|try|apply|describe|allow|agree|stand|talk|connect|cause|weigh|arrive|depart|leave|land|enter|lie|remain
|share|occur|incur|mention|link|travel"""
_ENDS = """pass|fail|finish|complete|settle|accept|win|lose|beat|defeat|lend|close|deliver|ship|sign|cancel|return
|reject|pay|refund|approve|abandon|expire|skip|miss|stop|kill|crash|abort|resolve|reopen|retire|die|drop
|deny|dismiss|ban|suspend|withdraw|recall|renew|repay|damage|break"""
_IRREGULAR = """taken|took|held|made|given|gave|gone|went|done|kept|ran|produced|wrote|written|taught|bought|sold
|won|led|built
|born|flown|flew|driven|drove|dealt|sent|paid|spent|shown|got|underwent|undergone|said|tried|stood|left|lost|lent
|lain|beaten
|logged|tracked|clocked|known|knew|came|carried|studied|supplied|applied|flies|carries|studies|tries"""


def _forms(root: str) -> Iterator[str]:
    stem = root.removesuffix("e")
    yield from (root, root + "s", root + "es", stem + "ed", stem + "ing", f"{root}{root[-1]}ed", f"{root}{root[-1]}ing")


TELLING = frozenset(
    [form for (root,) in expand(_ENDS) for form in _forms(root)] + ["won", "lost", "beaten", "lent", "broken", "paid"]
)
"""Words that say how something went, so that not every row is meant: the schema must have them."""
VERBS = TELLING.union(*map(_forms, (root for (root,) in expand(_ROOTS))), words_of(_IRREGULAR))
"""Words that tie nouns together. Where the schema has a word of the same stem, it must be what ties them."""
_FINAL = """exist exists have has available recorded listed stored offered provided involved used registered belong
    belongs located situated based made associated"""
FINAL = frozenset(_FINAL.split())
"""Verbs that may end a question and say nothing by themselves."""

NEUTRAL = words_of(
    """located|locate|based|situated|live|lives|lived|living|named|called|use|used|uses|using|made|belong|belongs
        |have|having|include|included|includes|given|get|got|show|showing|find|found|exist|exists|occur|occurs|come|comes|take|takes
        |taken|share|shares|shared"""
)
"""Verbs that tie nouns together whatever the schema calls itself."""
