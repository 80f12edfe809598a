"""Without a cluster nothing of it is loaded."""

import subprocess
import sys


def test_the_supervisor_loads_nothing_of_nodes() -> None:
    program = "import sys, supervisor.main; print([name for name in sys.modules if 'nodes' in name or name == 'ray'])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
