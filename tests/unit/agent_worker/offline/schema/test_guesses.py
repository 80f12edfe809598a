"""The description file that is written from the guesses: every line is read back, holds as it stands, and has its
effect where it is changed."""

import tomllib
from datetime import date
from pathlib import Path

import msgspec
import pytest

from agent_worker.catalog.description import SECTIONS, read_description
from agent_worker.offline.planner import plan
from agent_worker.offline.schema.guessed.description_file import description_file, guesses
from agent_worker.offline.schema.model import Schema
from agent_worker.offline.schema.roles import ColumnRole
from agent_worker.plan import Plan, SqlPlan
from bench.question_data.newcomers import FOLDERS
from bench.questions import Data, read_set
from bus.contract.catalog import ROLES, Catalog, Description
from bus.contract.events import Clarification

TODAY = date(2026, 11, 26)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory, shop: Data) -> dict[str, Data]:
    found = {name: Data(make(tmp_path_factory.mktemp(name), TODAY)) for name, make in FOLDERS.items()}
    return {**found, "shop": shop}


def described(catalog: Catalog, text: str, tmp_path: Path) -> Catalog:
    file = tmp_path / "deadstop.toml"
    file.write_text(text, "utf-8")
    return msgspec.structs.replace(catalog, description=read_description(file, catalog.tables))


def asked(catalog: Catalog, question: str) -> Plan:
    return plan(question, catalog, (), TODAY)


def sql(catalog: Catalog, question: str) -> str:
    found = asked(catalog, question)
    assert isinstance(found, SqlPlan), found
    return " ".join(found.sql.split())


INCOME = '[measures]\nincome = {table = "plays", expression = "sum(royalty)"}'
NAMES = [*FOLDERS, "shop"]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_guesses_says_nothing_until_a_line_is_uncommented(
    folders: dict[str, Data], name: str, tmp_path: Path
) -> None:
    catalog = folders[name].catalog
    text = description_file(catalog)
    assert described(catalog, text, tmp_path).description == Description()
    assert set(tomllib.loads(text)) == set(SECTIONS) - {"notes", "examples", "files"}


@pytest.mark.parametrize("name", NAMES)
def test_every_line_is_read_back_alone(folders: dict[str, Data], name: str, tmp_path: Path) -> None:
    catalog = folders[name].catalog
    lines = description_file(catalog).splitlines()
    walked = 0
    for at, line in enumerate(lines):
        if not line.startswith("#") or line.startswith("# "):
            continue
        text = "\n".join([*lines[:at], line[1:], *lines[at + 1 :]])
        section, (key, value) = next((s, next(iter(v.items()))) for s, v in tomllib.loads(text).items() if v)
        _holds(described(catalog, text, tmp_path), section, key, value)
        walked += 1
    assert walked == len(list(guesses(catalog))) > 15


def _holds(catalog: Catalog, section: str, key: str, value: object) -> None:
    """The line is in the description, and the planner goes by it."""
    schema, description = Schema(catalog), catalog.description
    table, _, column = key.partition(".")
    match section:
        case "roles":
            assert schema.columns[table, column].role == value
        case "labels":
            names = value if isinstance(value, list) else [value]
            assert [label.name for label in schema.tables[key].labels] == names
        case "keys":
            assert f"{schema.keys[0].table}.{schema.keys[0].column}" == key
        case "default_dates":
            assert description.default_dates == {key: value}
            assert isinstance(asked(catalog, f"how many {key} by year"), SqlPlan)
        case "units":
            found = asked(catalog, f"maximum {column.replace('_', ' ')}")
            assert isinstance(found, SqlPlan), found
            assert f"{column.replace('_', ' ')} is in {value}." in found.reading
        case "synonyms":
            assert str(value) in sql(catalog, f"how many {key}")
        case "measures":
            assert description.measures[0].expression.removeprefix("sum(").rstrip(")") in sql(catalog, key)
        case _:
            pytest.fail(f"no line of {section} is walked over")


def test_all_lines_together_change_no_answer(folders: dict[str, Data], tmp_path: Path) -> None:
    data = folders["shop"]
    lines = description_file(data.catalog).splitlines()
    text = "\n".join(line[1:] if line.startswith("#") and not line.startswith("# ") else line for line in lines)
    held = described(data.catalog, text, tmp_path)
    for question in read_set("shop")[:40]:
        before, after = asked(data.catalog, question.ask), asked(held, question.ask)
        if isinstance(before, SqlPlan) and isinstance(after, SqlPlan):
            assert sorted(map(str, data.rows(before.sql))) == sorted(map(str, data.rows(after.sql))), question.ask


@pytest.mark.parametrize(
    "case",
    [
        ("clinic", '[labels]\ndoctors = "specialty"', "which doctor has the most appointments", "doctors.specialty"),
        ("bicycles", '[default_dates]\ntrips = "ended_at"', "trips per day", "trips.ended_at"),
        ("bicycles", '[default_dates]\ntrips = "ended_at"', "average distance km of trips", "AVG(trips.distance_km)"),
        ("label", '[synonyms]\ngigs = "plays"', "how many gigs", "FROM plays"),
        ("label", '[terms]\nbig = "length seconds over 300"', "how many big tracks", "tracks.length_seconds > 300"),
        ("label", '[terms]\nrevenue = "sum of royalty"', "revenue by genre", "SUM(plays.royalty)"),
        ("label", '[keys]\n"plays.listener_country" = "artists.country"', "how many plays", "COUNT(*)"),
        ("label", INCOME, "income", "royalty"),
        ("label", INCOME, "which artist has the most albums", "artists"),
    ],
)  # fmt: skip
def test_a_line_that_says_something_else_has_its_effect(
    folders: dict[str, Data], case: tuple[str, str, str, str], tmp_path: Path
) -> None:
    name, line, question, part = case
    assert part in sql(described(folders[name].catalog, line, tmp_path), question)


def test_what_is_declared_an_identifier_is_not_averaged(folders: dict[str, Data], tmp_path: Path) -> None:
    catalog = folders["clinic"].catalog
    assert isinstance(asked(catalog, "average weight kg of patients"), SqlPlan)
    held = described(catalog, '[roles]\n"patients.weight_kg" = "identifier"', tmp_path)
    assert isinstance(asked(held, "average weight kg of patients"), Clarification)


def test_a_declared_unit_is_converted_to(folders: dict[str, Data], tmp_path: Path) -> None:
    held = described(folders["clinic"].catalog, '[units]\n"patients.weight_kg" = "g"', tmp_path)
    found = asked(held, "patients heavier than 70 kg")
    assert isinstance(found, Clarification)
    assert "patients with weight over 70000" in found.suggestions


def test_the_roles_that_may_be_declared_are_those_that_there_are() -> None:
    assert set(ROLES) == {str(role) for role in ColumnRole}
