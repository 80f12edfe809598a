"""Options that many commands share, and the settings that follow from them."""

import getpass
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import click

if TYPE_CHECKING:
    from bus.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])


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
        parts = urlsplit(self.url if "//" in self.url else f"http://{self.url}")
        inside = parse_qs(parts.query).get("token", [""])[0]
        return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}", self.token or inside


def read_settings(config: Path | None, overrides: dict[str, Any]) -> "Settings":
    """Settings of file, environment and flags; flags that were not given (`None`) change nothing."""
    from bus.settings_file import load_settings

    given = {key: value for key, value in overrides.items() if value is not None}
    return load_settings(config, os.environ, given)


def login_name() -> str:
    """Who types; some containers have no name for their user."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid{os.getuid()}"


config_option = click.option(
    "--config",
    envvar="DEADSTOP_CONFIG",
    type=click.Path(path_type=Path, resolve_path=True),
    help="Settings file (TOML); see config.toml.",
)
state_dir_option = click.option("--state-dir", metavar="DIR", help="State folder of the server on this machine.")
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


def target_options(command: F) -> F:
    """`--config --state-dir --url --token`, which arrive as `target`."""

    def gather(**given: Any) -> Any:
        fields = {name: given.pop(name) for name in ("config", "state_dir", "url", "token")}
        return command(target=Target(**fields), **given)

    gather.__name__, gather.__doc__ = command.__name__, command.__doc__
    options = [
        config_option,
        state_dir_option,
        click.option("--url", envvar="DEADSTOP_URL", default="", help="Address of a gateway anywhere."),
        click.option("--token", envvar="DEADSTOP_TOKEN", default="", help="Token for that gateway."),
    ]
    # Options that were declared nearer to the function stand on it already.
    gather.__click_params__ = list(getattr(command, "__click_params__", []))  # type: ignore[attr-defined]
    wrapped: Any = gather
    for option in reversed(options):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]
