"""What an installation carries and the tree does not: sample tables, the built page, nobody's host names."""

import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

import hatch_build

ROOT = Path(__file__).resolve().parents[4]
SAMPLE = ROOT / "agent_worker" / "sample_data"
ROWS = {"flights": 336_776, "weather": 26_115, "planes": 3_322, "airports": 1_458, "airlines": 16}
NOT_PRODUCT = {"tests", "bench"}

# In pieces, so that this file passes its own test.
REGISTRY_HOSTS = [
    ".".join(parts).encode()
    for parts in (
        ("registry", "npmjs"),
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("yarnpkg", "com"),
        ("deb", "debian"),
    )
]


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, timeout=120).stdout
    files = [ROOT / name for name in listed.decode().split("\0") if name]
    return [path for path in files if path.is_file()]


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.mark.parametrize(("table", "rows"), ROWS.items())
def test_each_sample_table_is_whole(table: str, rows: int) -> None:
    file = parquet.ParquetFile(SAMPLE / f"{table}.parquet")

    assert file.metadata.num_rows == rows
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"


def test_the_sample_folder_holds_nothing_else() -> None:
    assert {path.name for path in SAMPLE.iterdir()} == {".stamp", *(f"{table}.parquet" for table in ROWS)}


def test_flights_have_numbers_texts_and_times_of_the_right_types() -> None:
    schema = parquet.read_schema(SAMPLE / "flights.parquet")
    texts = {"carrier", "tailnum", "origin", "dest"}

    for field in schema:
        expected = pa.string() if field.name in texts else pa.int64()
        assert field.type == (pa.timestamp("us") if field.name == "time_hour" else expected), field.name


def test_what_the_source_does_not_know_is_null() -> None:
    delays = parquet.read_table(SAMPLE / "flights.parquet", columns=["dep_delay", "tailnum"])
    planes = parquet.read_table(SAMPLE / "planes.parquet", columns=["year", "speed"])

    assert [delays[name].null_count for name in delays.column_names] == [8_255, 2_512]
    assert [planes.schema.field(name).type for name in planes.column_names] == [pa.int64(), pa.int64()]
    assert planes["speed"].null_count == 3_299


def test_the_hour_of_a_flight_is_the_hour_on_new_yorks_clock() -> None:
    columns = ["year", "month", "day", "hour", "time_hour"]
    for row in parquet.read_table(SAMPLE / "flights.parquet", columns=columns).slice(0, 3_000).to_pylist():
        when = row["time_hour"]
        assert (when.year, when.month, when.day, when.hour) == tuple(row[name] for name in columns[:4])


def test_no_tracked_file_names_a_package_registry() -> None:
    named = [
        f"{path.relative_to(ROOT)}: {host.decode()}"
        for path in tracked_files()
        for host in REGISTRY_HOSTS
        if host in path.read_bytes()
    ]

    assert named == []


def test_nothing_that_is_built_is_tracked() -> None:
    ignored = subprocess.run(
        ["git", "ls-files", "--cached", "--ignored", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=120,
        text=True,
    )

    assert ignored.stdout.splitlines() == []


def test_every_package_of_ours_is_shipped_typed_and_under_contract() -> None:
    tops = {path.relative_to(ROOT).parts[0] for path in tracked_files() if path.name == "__init__.py"} - NOT_PRODUCT
    tool = project()["tool"]

    assert tops == set(tool["hatch"]["build"]["targets"]["wheel"]["packages"])
    assert tops == set(tool["importlinter"]["root_packages"])
    assert tops <= set(tool["mypy"]["files"])
    assert tops == {top for top in tops if (ROOT / top / "py.typed").exists()}


def test_the_license_is_the_whole_text_that_the_metadata_names() -> None:
    text = (ROOT / "LICENSE").read_text()

    assert project()["project"]["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in text
    assert all(f"\n   {number}. " in text for number in range(1, 10))
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_page_is_stale_after_an_edit_and_fresh_again_after_its_undoing(tmp_path: Path) -> None:
    source = _page_tree(tmp_path)
    (tmp_path / "gateway/static").mkdir(parents=True)
    (tmp_path / "gateway/static/.stamp").write_text(hatch_build.page_stamp(tmp_path))
    assert hatch_build.page_is_fresh(tmp_path)

    source.write_text("console.log(2)")
    assert not hatch_build.page_is_fresh(tmp_path)
    source.write_text("console.log(1)")
    assert hatch_build.page_is_fresh(tmp_path)


def test_what_the_page_is_not_built_from_leaves_it_fresh(tmp_path: Path) -> None:
    _page_tree(tmp_path)
    stamp = hatch_build.page_stamp(tmp_path)
    for name in ("web/node_modules/lit/index.js", "web/test/main.test.ts", "gateway/static/index.html"):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text("other")

    assert hatch_build.page_stamp(tmp_path) == stamp


def test_the_page_is_left_out_by_the_switch_or_for_want_of_a_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(hatch_build.SKIP_PAGE, raising=False)
    assert "web/package.json" in hatch_build.page_is_skipped(tmp_path)

    _page_tree(tmp_path)
    assert hatch_build.page_is_skipped(tmp_path) == ""
    monkeypatch.setenv(hatch_build.SKIP_PAGE, "1")
    assert hatch_build.SKIP_PAGE in hatch_build.page_is_skipped(tmp_path)


def test_a_page_that_does_not_build_says_what_npm_said_and_how_to_go_on(tmp_path: Path) -> None:
    _page_tree(tmp_path)
    (tmp_path / "web/package.json").write_text('{"scripts": {"build": "echo no such module: lit && exit 3"}}')
    (tmp_path / "web/package-lock.json").write_text("{}")
    (tmp_path / "web/node_modules").mkdir()
    (tmp_path / "web/node_modules/.package-lock.json").write_text("{}")

    with pytest.raises(hatch_build.BuildFailureError) as failure:
        hatch_build.build_page(tmp_path)

    assert all(part in str(failure.value) for part in ("npm run build", "no such module: lit", "code 3", "web/"))
    assert not hatch_build.page_is_fresh(tmp_path)


def _page_tree(root: Path) -> Path:
    """The smallest page there is; returns its one script."""
    (root / "web/src").mkdir(parents=True)
    (root / "web/package.json").write_text("{}")
    (root / "web/src/main.ts").write_text("console.log(1)")
    return root / "web/src/main.ts"


def test_the_locks_name_versions_and_hashes_and_no_address() -> None:
    for name in ("run", "test", "build"):
        lock = (ROOT / f"requirements/{name}.txt").read_text()
        assert "://" not in lock
        assert "==" in lock
    for name in ("run", "test"):
        pins = [line for line in (ROOT / f"requirements/{name}.txt").read_text().splitlines() if "==" in line]
        assert [line for line in pins if not line.startswith((" ", "#")) and not line.endswith("\\")] == []


def test_the_locks_hold_each_package_that_is_asked_for() -> None:
    asked = {"run": project()["project"]["dependencies"]}
    asked["test"] = asked["run"] + project()["project"]["optional-dependencies"]["test"]
    for lock, wanted in asked.items():
        pinned = {
            line.partition("==")[0].partition("[")[0]
            for line in (ROOT / f"requirements/{lock}.txt").read_text().splitlines()
            if "==" in line
        }
        assert [name for name in wanted if name.partition(">=")[0].partition("[")[0].lower() not in pinned] == []
