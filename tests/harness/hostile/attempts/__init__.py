"""What code inside a worker could try, once it has broken out of the engine or was meant to do harm from the start.

Each attempt raises where it is refused. Where it is not, it returns what it has done in a word or two, or what it has
read; what it has written, reached or left behind is seen from outside. With every layer off each of them can be tried
on a machine that is needed afterwards: what would harm the machine itself is asked with arguments that mean nothing,
and has succeeded as soon as the kernel looks at them.
"""

from collections.abc import Callable
from types import ModuleType

from tests.harness.hostile.attempts import files, kernel, network, processes
from tests.harness.hostile.ground import Ground

Attempt = Callable[[Ground], object]


def _of(module: ModuleType) -> dict[str, Attempt]:
    """The module's own public functions, by what their names say."""
    return {
        name.replace("_", " "): found
        for name, found in vars(module).items()
        if callable(found) and not name.startswith("_") and getattr(found, "__module__", "") == module.__name__
    }


ATTEMPTS: dict[str, Attempt] = {
    **_of(files),
    **_of(network),
    **_of(processes),
    **_of(kernel),
    **{f"call {name}": call for name, call in kernel._CALLS.items()},
}
"""By what they try."""
