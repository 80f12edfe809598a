"""Which server a command is for, and which of its jobs."""

import getpass
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bus.contract.settings import Settings


@dataclass(frozen=True)
class Target:
    """Which server a command means: a gateway's address, or else a state folder of this machine."""

    config: Path | None = None
    state_dir: str | None = None
    url: str = ""
    token: str = ""

    def settings(self) -> "Settings":
        """Raises `SettingsError`."""
        return read_settings(self.config, {"supervisor.state_dir": self.state_dir})

    def address(self) -> tuple[str, str]:
        """The gateway's address and the token; the token may stand in the address, as `serve` prints it."""
        from deadstop.client.http import address_of

        return address_of(self.url, self.token)


@dataclass(frozen=True)
class Filters:
    """Which jobs are meant; what is empty leaves all in. `state` is a `State` as text."""

    user: str = ""
    state: str | None = None
    agent: str = ""
    older_than_s: float | None = None

    def __bool__(self) -> bool:
        return self != Filters()


def read_settings(config: Path | None, overrides: dict[str, Any]) -> "Settings":
    """Settings of file, environment and flags; flags that were not given (`None`) change nothing."""
    from bus.contract.settings_file import load_settings

    given = {key: value for key, value in overrides.items() if value is not None}
    return load_settings(config, os.environ, given)


def login_name() -> str:
    """The user's login name; some containers have none, and one that is a name of ours is not taken."""
    from bus.contract.vocabulary import is_reserved

    number = f"uid{os.getuid()}"
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        return number
    return number if is_reserved(name) else name
