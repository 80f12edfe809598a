"""A result as the table of `docs/performance.md`.

python -m bench.table [RESULT.json] [--into docs/performance.md]    the newest result by default
"""

import argparse
import sys
from pathlib import Path

import msgspec

from bench.harness.figures import Figure, Result
from bench.harness.machine import ROOT

RESULTS = ROOT / "bench" / "results"
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


def table(result: Result) -> str:
    """Markdown; a missed target is marked."""
    lines = [
        f"Measured {result.at}, revision `{result.revision}`, on "
        f"{result.machine['cores']} cores ({result.machine['processor']}), {result.machine['memory']}, "
        f"Linux {result.machine['kernel']}, load before {result.machine['load_before']}; "
        + ", ".join(f"{name} {version}" for name, version in result.versions.items())
        + ".",
        "",
        "| what | unit | median | p95 | p99 | runs | target | limit in the same run | of the limit |",
        "| --- | --- | ---: | ---: | ---: | ---: | --- | --- | ---: |",
    ]
    return "\n".join(lines + [_row(figure) for figure in result.figures]) + "\n"


def _row(figure: Figure) -> str:
    found = figure.measured
    limit = f"{_number(figure.limit.median)}: {figure.limit_name}" if figure.limit else ""
    ratio = f"{figure.ratio:.2f}" if figure.ratio is not None else ""
    cells = [
        figure.name,
        figure.unit,
        *map(_number, (found.median, found.p95, found.p99)),
        str(found.runs),
        _targets(figure),
        limit,
        ratio,
    ]
    return "| " + " | ".join(cells) + " |"


def _targets(figure: Figure) -> str:
    sign, missed = ("≥" if figure.higher_is_better else "≤"), figure.missed()
    return ", ".join(
        f"{name} {sign} {_number(bound)}{' **missed**' if name in missed else ''}"
        for name, bound in figure.targets.items()
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def newest() -> Path:
    """Raises `SystemExit` when nothing was measured yet."""
    found = sorted(RESULTS.glob("*.json"))
    if not found:
        sys.exit(f"{RESULTS} holds no result yet; `make bench` makes one")
    return found[-1]


def read_result(path: Path) -> Result:
    return msgspec.json.decode(path.read_bytes(), type=Result)


def put_into(page: Path, text: str) -> None:
    """Replace what stands between the two marks."""
    before, _, rest = page.read_text().partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        sys.exit(f"{page} has no {BEGIN} ... {END} to put the table between")
    page.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.table", description=__doc__)
    parser.add_argument("result", type=Path, nargs="?")
    parser.add_argument("--into", type=Path)
    options = parser.parse_args()
    text = table(read_result(options.result or newest()))
    if options.into:
        put_into(options.into, text)
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
