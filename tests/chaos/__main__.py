"""`python -m tests.chaos --seed S --stops N --form cgroup`: replay a run by hand."""

import argparse
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bus.system.cgroupfs import ControlGroup
from tests.chaos.run import run
from tests.harness.jobs.cgroup_tree import cgroup_tree


def main() -> None:
    parser = argparse.ArgumentParser(description="A seeded random run against a real server.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stops", type=int, default=100)
    parser.add_argument("--form", choices=["cgroup", "sweep"], default="cgroup", help="what holds the workers")
    parser.add_argument(
        "--nodes", type=int, default=0, help="jobs run on so many nodes, which are killed and stopped too"
    )
    arguments = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="chaos-"))
        tree = stack.enter_context(cgroup_tree()) if arguments.form == "cgroup" else None
        held = f'[containment]\nform = "{arguments.form}"\ngroup = "{tree or ""}"\n'
        words = run(Path(folder), arguments.seed, arguments.stops, held, arguments.nodes)
        print(f"{arguments.form}, seed {arguments.seed}: {words}")
        assert tree is None or not ControlGroup(tree).beneath(), f"control groups are left in {tree}"


if __name__ == "__main__":
    main()
