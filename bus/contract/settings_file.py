"""Reading settings from a TOML file and the environment, with errors that name file, key and nearest spelling."""

import difflib
import logging
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from bus.contract.settings import Settings, SettingsTable
from bus.contract.vocabulary import is_reserved

log = logging.getLogger(__name__)

ENV_PREFIX = "DEADSTOP_"
RENAMED = {
    ("cluster", "engine"): "provider",
    ("gateway", "max_strangers_per_address"): "max_unauthenticated_per_address",
    ("worker", "spare_workers"): "warm_workers",
}
"""Tables and keys of the version before, and what the key is called now. They are good for one version."""

_RESERVED_ENV = {"DEADSTOP_URL", "DEADSTOP_TOKEN", "DEADSTOP_CONFIG", "DEADSTOP_SKIP_PAGE"}


class SettingsError(Exception):
    """A setting that cannot be used; its text is one line for people."""


def load_settings(
    path: Path | None, environ: Mapping[str, str], overrides: Mapping[str, Any] | None = None
) -> Settings:
    """Settings from the file (`None`: defaults only), the environment and dotted `overrides` such as
    `{"gateway.port": 0}`. Raises `SettingsError`."""
    source = str(path) if path else "settings"
    tables = _read_toml(path) if path else {}
    for name, text in sorted(environ.items()):
        if name.startswith(ENV_PREFIX) and "__" in name and name not in _RESERVED_ENV:
            _set(tables, name.removeprefix(ENV_PREFIX).lower().split("__"), _toml_value(text), name)
    for dotted, value in (overrides or {}).items():
        _set(tables, dotted.split("."), value, dotted)
    _rename(tables, source)
    try:
        settings = msgspec.convert(tables, Settings)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{source}: {_explain(str(error))}") from error
    for number, entry in enumerate(settings.auth.tokens, 1):
        if is_reserved(entry.user):
            what = f"auth.tokens: user {entry.user!r} of token {number}"
            raise SettingsError(f"{source}: {what} is a name of Deadstop's own; choose another")
    return _with_folders(settings, path.parent if path else Path())


def _with_folders(settings: Settings, base: Path) -> Settings:
    """The agents' folders as absolute paths; one that is not set is the settings file's own."""
    agents = {
        name: msgspec.structs.replace(agent, folder=str((base / Path(agent.folder).expanduser()).resolve()))
        for name, agent in settings.agents.items()
    }
    return msgspec.structs.replace(settings, agents=agents)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text())
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}); name another file with --config") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: is not valid TOML: {error}") from error


def _set(tables: dict[str, Any], keys: list[str], value: Any, source: str) -> None:
    node = tables
    for key in keys[:-1]:
        child = node.setdefault(key, {})
        if not isinstance(child, dict):
            raise SettingsError(f"{source}: `{key}` is a value, not a table")
        node = child
    node[keys[-1]] = value


def _rename(tables: dict[str, Any], source: str) -> None:
    """Give a value under an earlier name its name of today, unless that is set too."""
    for (table, earlier), key in RENAMED.items():
        values = tables.get(table)
        if isinstance(values, dict) and earlier in values:
            text = "%s: %s.%s is called %s.%s now; the earlier name will not be read by the next version"
            log.warning(text, source, table, earlier, table, key, extra={"action": "setting_renamed"})
            values.setdefault(key, values.pop(earlier))


def _toml_value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _explain(message: str) -> str:
    """msgspec's sentence as ours: the dotted key first, then what was expected, then the nearest spelling."""
    what, _, where = message.partition(" - at ")
    keys = re.findall(r"[\w-]+", where.replace("$", ""))
    unknown = re.search(r"unknown field `([^`]+)`", what)
    if unknown is None:
        return f"{'.'.join(keys)}: {what[:1].lower()}{what[1:]}"
    known = _field_names(keys)
    near = difflib.get_close_matches(unknown.group(1), known, n=1, cutoff=0.5)
    hint = f"; did you mean `{near[0]}`?" if near else f"; known keys: {', '.join(known)}"
    return f"{'.'.join([*keys, unknown.group(1)])}: there is no such key{hint}"


def _field_names(keys: list[str]) -> list[str]:
    node: Any = Settings
    for key in keys:
        hint = get_type_hints(node).get(key) if isinstance(node, type) and issubclass(node, SettingsTable) else None
        if hint is None:
            break
        node = hint
    return list(node.__struct_fields__) if hasattr(node, "__struct_fields__") else list(Settings.__struct_fields__)
