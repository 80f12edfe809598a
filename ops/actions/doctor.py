"""`doctor`: looks at everything that Deadstop needs, and says what to do."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

from bus.contract.settings import Settings
from ops.checks import folders, kernel, machine, sandbox
from ops.checks.agents import agents
from ops.checks.cluster import cluster
from ops.checks.finding import Finding, problem
from ops.checks.model import model
from ops.checks.versions import versions
from ops.checks.worker import data_and_worker

_LOOKS: tuple[Callable[[Settings], Finding], ...] = (
    machine.python,
    versions,
    machine.user,
    machine.clock,
    kernel.pidfds,
    kernel.parent_death,
    kernel.processes,
    kernel.containment,
    sandbox.landlock,
    sandbox.seccomp,
    kernel.autogroups,
    kernel.io_figures,
    machine.open_files,
    machine.shared_memory,
    folders.state_dir,
    folders.runtime_dir,
    folders.port,
    folders.tokens,
)


async def examine(config: Path | None, settings: Settings) -> AsyncIterator[Finding]:
    """Every finding as it is made, the slow ones last. A look that fails is a finding too."""
    for look in _LOOKS:
        try:
            yield look(settings)
        except Exception as error:  # the others shall be made all the same
            yield problem(look.__name__, f"could not be looked at: {error!r}", "this is a fault of ours; report it")
    for finding in cluster(settings):
        yield finding
    for finding in agents(settings):
        yield finding
    for finding in await data_and_worker(config, settings):
        yield finding
    yield await model(settings)
