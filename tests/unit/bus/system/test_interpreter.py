"""Another interpreter like this one."""

import json
import subprocess
import sys

import pytest

TELLS = "import json, sys; print(json.dumps([list(sys.flags), sys.warnoptions]))"
STARTS_ANOTHER = f"""
import subprocess
from bus.system.interpreter import interpreter_command
for command in ([], interpreter_command()):
    if command:
        print(subprocess.run([*command, "-c", {TELLS!r}], check=True, capture_output=True, text=True).stdout, end="")
    else:
        {TELLS}
"""


@pytest.mark.parametrize(
    "flags",
    [
        [],
        ["-I"],
        ["-s", "-P"],
        ["-OO", "-B"],
        ["-X", "utf8"],
        ["-W", "error", "-W", "ignore::DeprecationWarning"],
        ["-q", "-bb", "-X", "dev"],
    ],
)
def test_it_has_the_same_flags(flags: list[str]) -> None:
    program = f"import sys; sys.path[:0] = {sys.path!r}\n{STARTS_ANOTHER}"
    done = subprocess.run([sys.executable, *flags, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (flags_here, warnings_here), (flags_there, warnings_there) = map(json.loads, done.stdout.splitlines())
    assert flags_there == flags_here
    assert set(warnings_there) == set(warnings_here)


def test_nothing_is_collected_while_a_program_is_loaded() -> None:
    told = """
import gc, json
from bus.system.interpreter import loading
with loading():
    kept = [[] for _ in range(10_000)]
    meanwhile = gc.isenabled(), gc.get_freeze_count()
looked_at = any(one is kept for one in gc.get_objects())
print(json.dumps([meanwhile, gc.isenabled(), gc.get_freeze_count() > 10_000, looked_at]))
"""
    done = subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True)
    assert json.loads(done.stdout) == [[False, 0], True, True, False]
