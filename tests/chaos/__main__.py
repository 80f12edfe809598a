"""`python -m tests.chaos --seed S --stops N`: replay a run by hand."""

import argparse
import tempfile
from pathlib import Path

from tests.chaos.run import run


def main() -> None:
    parser = argparse.ArgumentParser(description="A seeded random run against a real server.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stops", type=int, default=100)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        print(f"seed {arguments.seed}: {run(Path(folder), arguments.seed, arguments.stops)}")


if __name__ == "__main__":
    main()
