"""What is told of the judged questions of a public benchmark: scores, refusals, faults, and questions themselves."""

import re
import statistics
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

import msgspec

from bench.public.faults import REASONS, out_of_date
from bench.public.questions import Judged, Verdict


def at_fault(judged: Iterable[Judged], faults: Mapping[str, str]) -> list[Judged]:
    """The judged questions, with the verdict `faulty` where the benchmark's own statement is at fault."""
    return [msgspec.structs.replace(one, verdict="faulty", kind=faults[one.question.digest])
            if one.verdict == "wrong" and one.question.digest in faults else one for one in judged]  # fmt: skip


def report(judged: Sequence[Judged], faults: Mapping[str, str], listed: Container[Verdict]) -> str:
    """The scores by hardness, the kinds of refusal that remain, and each answer with one of the verdicts that are to be
    listed. `faults` has the reason for each question whose right statement is at fault."""
    judged = at_fault(judged, faults)
    lines = [line for one in judged if one.verdict in listed for line in _told(one)]
    refusals = Counter(_refusal(one.said) for one in judged if one.verdict == "asked")
    lines += ["refusals:", *(f"  {count:5} {kind}" for kind, count in refusals.most_common(12))]
    for hardness in ("easy", "medium", "hard", "all"):
        among = [one for one in judged if hardness in ("all", one.question.hardness)]
        lines.append(f"{hardness:7}{_shares(among)}")
    kinds = Counter(one.kind for one in judged if one.verdict == "wrong")
    lines.append(f"wrong by kind: {dict(kinds)}")
    lines += _faults_told([one for one in judged if one.verdict == "faulty"], judged, faults)
    took = sorted(one.took_ms for one in judged)
    lines.append(f"planned in {statistics.median(took):.1f} ms (median), {took[-1]:.0f} ms at most")
    return "\n".join(lines)


def _refusal(said: str) -> str:
    """What stands in the way, without the words of the question and what was understood of it."""
    blank = re.sub(r"“[^”]*”", "…", said)
    return re.sub(r"^I understood .*?\)\. ", "", blank)[:70]


def _told(one: Judged) -> Iterator[str]:
    kind = f" ({one.kind})" if one.kind else ""
    yield f"{one.verdict}{kind} [{one.question.database}] {one.question.question}"
    yield f"      {one.said}"
    if one.verdict != "asked":
        yield f"      right: {one.question.sql}"


def _faults_told(faulty: Sequence[Judged], judged: Sequence[Judged], faults: Mapping[str, str]) -> Iterator[str]:
    """How many differ by the benchmark's own fault, for each reason, and which entries of the list are out of date."""
    share = len(faulty) / max(len(judged), 1)
    yield f"the benchmark's own fault: {len(faulty)} ({share:.1%}), counted neither right nor wrong"
    for reason, count in Counter(one.kind for one in faulty).most_common():
        yield f"  {count:5} {reason}: {REASONS[reason]}"
    old = out_of_date((one.question.digest for one in faulty), (one.question.digest for one in judged), faults)
    if old:
        yield f"out of date, no longer answered wrongly: {', '.join(old)}"


def _shares(judged: Sequence[Judged]) -> str:
    count = Counter(one.verdict for one in judged)
    size = max(len(judged), 1)
    return ", ".join(f"{count[v]:5} {v} ({count[v] / size:.1%})" for v in ("right", "tied", "asked", "wrong", "faulty"))
