"""What each layer of the sandbox holds: the hostile set, tried with each switched off in turn and with all of them off.

python -m bench.sandbox [--only statements|attempts] [--list]      (--list names what came through)
"""

import argparse
from collections.abc import Collection, Iterator, Sequence

from tests.harness.hostile.campaign import outcomes
from tests.harness.hostile.layers import GUARD, LOCK, OF_ATTEMPTS, OF_STATEMENTS
from tests.harness.hostile.outcome import Outcome

PARTS = {
    "statements": [(), *((one,) for one in OF_STATEMENTS), (GUARD, LOCK), OF_STATEMENTS],
    "attempts": [(), *((one,) for one in OF_ATTEMPTS), OF_ATTEMPTS],
}
"""Which layers are off, run by run."""


def main() -> None:
    parser = argparse.ArgumentParser(description="The hostile set against each layer of the sandbox.")
    parser.add_argument("--list", action="store_true", help="name what came through")
    parser.add_argument("--only", choices=PARTS, help="one of the two tables")
    wanted = parser.parse_args()
    for part in [wanted.only] if wanted.only else PARTS:
        runs = [(off, outcomes(part, off)) for off in PARTS[part]]
        print("\n".join(table(part, runs)), end="\n\n", flush=True)
        for off, came in runs if wanted.list else ():
            for one in came:
                if one.harm:
                    print(f"{in_words(off)}: {one.item}: {one.harm[:80]}")


def table(part: str, runs: Sequence[tuple[Collection[str], list[Outcome]]]) -> Iterator[str]:
    """A row for each run: what was off, how many did harm, and how many of the others were refused."""
    yield f"| off | of {len(runs[0][1])} {part} did harm | were refused, or failed | ran, and did none |"
    yield "| --- | --- | --- | --- |"
    for off, came in runs:
        harm = sum(bool(one.harm) for one in came)
        ran = sum(not one.harm and one.said == "ran" for one in came)
        yield f"| {in_words(off)} | {harm} | {len(came) - harm - ran} | {ran} |"


def in_words(off: Collection[str]) -> str:
    if set(off) in (set(OF_STATEMENTS), set(OF_ATTEMPTS)):
        return "all of them"
    return " and ".join(off) or "nothing"


if __name__ == "__main__":
    main()
