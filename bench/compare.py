"""Two results side by side, as ratios.

python -m bench.compare BEFORE.json AFTER.json
"""

import argparse
from pathlib import Path

from bench.harness.figures import Figure, Result
from bench.table import read_result


def compare(before: Result, after: Result) -> str:
    """A line for each figure that both have. Above 1 is better, whichever way the figure counts; `of the limit` shows
    how far a busier machine explains a change."""
    known = {figure.name: figure for figure in before.figures}
    pairs = [(known[figure.name], figure) for figure in after.figures if figure.name in known]
    lines = [
        f"| what | unit | {before.revision or 'before'} | {after.revision or 'after'} | times better "
        "| of the limit before | after |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    return "\n".join(lines + [_row(*pair) for pair in pairs]) + "\n"


def _row(before: Figure, after: Figure) -> str:
    old, new = before.measured.median, after.measured.median
    better = (new / old if after.higher_is_better else old / new) if old and new else 0.0
    ratios = [f"{ratio:.2f}" if ratio is not None else "" for ratio in (before.ratio, after.ratio)]
    return f"| {after.name} | {after.unit} | {old:g} | {new:g} | {better:.2f} | {' | '.join(ratios)} |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.compare", description=__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    options = parser.parse_args()
    print(compare(read_result(options.before), read_result(options.after)), end="")


if __name__ == "__main__":
    main()
