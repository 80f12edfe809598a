"""Which form of containment stands: control groups where they can be used, else the sweep."""

import hashlib
import logging
from functools import partial
from pathlib import Path

from bus.contract.settings import ContainmentSettings
from bus.contract.settings_file import SettingsError
from bus.system.cgroupfs import ControlGroupsUnusable, delegated_tree, probe
from supervisor.processes.containment.control_groups import PREFIX, ControlGroups, empty_left
from supervisor.processes.containment.hard_limits import HardLimits
from supervisor.processes.containment.interface import Contain
from supervisor.processes.containment.sweep import Sweep

log = logging.getLogger(__name__)

_ACTION = {"action": "containment"}


def choose(settings: ContainmentSettings, state_dir: Path, hard: HardLimits) -> Contain:
    """What makes the containment of this state folder's supervisor. The groups that an earlier one has left are
    emptied and removed. Raises `SettingsError` where the form that is asked for cannot be had."""
    try:
        if settings.form == "sweep":
            raise ControlGroupsUnusable('[containment] form is "sweep"')
        tree = delegated_tree(settings.group)
        probe(tree)
    except (ControlGroupsUnusable, OSError) as reason:
        if settings.form == "cgroup":
            todo = 'name a group that is delegated to this user in [containment] group, or set form to "auto"'
            raise SettingsError(f'[containment] form is "cgroup", but {reason}; {todo}') from reason
        log.info("workers are held by looking for their descendants: %s", reason, extra=_ACTION)
        return Sweep
    root = tree / root_name(state_dir)
    empty_left(tree)
    log.info("workers are held by control groups in %s", root, extra=_ACTION)
    return partial(ControlGroups, root, hard)


def root_name(state_dir: Path) -> str:
    """The same again after a restart, and no other state folder's."""
    return f"{PREFIX}{hashlib.sha256(str(state_dir).encode()).hexdigest()[:10]}"
