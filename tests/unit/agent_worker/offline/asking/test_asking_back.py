"""Asking back: what is offered works, what is typed is taken or asked again, what is taught is kept."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from datetime import date

import pytest

from agent_worker.offline.planner import plan
from agent_worker.plan import DirectAnswer, Plan, SqlPlan, Turn
from bench.question_data.newcomers import FOLDERS
from bench.questions import QUESTIONS, Data
from bus.contract.events import Clarification
from tests.harness.data.small_tables import Make, Tables
from tests.harness.servers import ROOT

TODAY = date(2026, 11, 26)
ASKED = tomllib.loads((QUESTIONS / "newcomers.toml").read_text("utf-8"))
FORMS = ("how", "not", "never", "no", "which", "what", "nobody", "last", "who", "is")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Data]:
    return {name: Data(make(tmp_path_factory.mktemp(name), TODAY)) for name, make in FOLDERS.items()}


Talk = Callable[..., Plan]


@pytest.fixture
def talk(folders: dict[str, Data]) -> Talk:
    """The plan for the last of several texts of one conversation."""

    def said(name: str, *texts: str) -> Plan:
        history = [Turn(text) for text in texts[:-1]]
        return plan(texts[-1], folders[name].catalog, history, TODAY)

    return said


def sql(found: Plan) -> str:
    assert isinstance(found, SqlPlan), found
    return " ".join(found.sql.split())


def asked(found: Plan) -> Clarification:
    assert isinstance(found, Clarification), found
    return found


@pytest.mark.parametrize(("name", "question"), [(name, text) for name, texts in ASKED.items() for text in texts])
def test_a_newcomer_is_answered_or_offered_questions_that_work(
    folders: dict[str, Data], name: str, question: str
) -> None:
    data = folders[name]
    found = plan(question, data.catalog, (), TODAY)
    if not isinstance(found, Clarification):
        return
    assert 2 <= len(found.suggestions) <= 4, found
    assert not any(f"know what “{word}”" in found.question for word in FORMS), found.question
    assert data.rows(found.sql) is not None
    statements = set()
    for chip in found.suggestions:
        alone = sql(plan(chip, data.catalog, (), TODAY))
        statements.add(alone)
        assert sql(plan(chip, data.catalog, [Turn(question)], TODAY)) == alone, "as a click"
        data.rows(alone)
    assert len(statements) == len(found.suggestions)


@pytest.mark.parametrize(
    ("answer", "fn"),
    [("the first", "AVG"), ("the second one", "SUM"), ("2", "SUM"), ("option 3", "MAX"), ("last one", "MAX"),
     ("total", "SUM"), ("Total, please", "SUM"), ("no, the average", "AVG"), ("average royalties by country", "AVG")],
)  # fmt: skip
def test_an_answer_chooses_one_of_the_questions(talk: Talk, answer: str, fn: str) -> None:
    assert f"{fn}(plays.royalty)" in sql(talk("label", "royalties by country", answer))


@pytest.mark.parametrize("answer", ["yes", "the fifth", "7", "no", "zzgrmpf", "option 9"])
def test_what_does_not_answer_is_asked_back_again(talk: Talk, answer: str) -> None:
    again = asked(talk("label", "royalties by country", answer))
    assert 2 <= len(again.suggestions) <= 4
    assert again.question != asked(talk("label", "royalties by country")).question


def test_a_no_is_followed_by_other_questions(talk: Talk) -> None:
    first, second = asked(talk("label", "royalties by country")), asked(talk("label", "royalties by country", "no"))
    assert not {*first.suggestions} & {*second.suggestions}
    for chip in second.suggestions:
        assert sql(talk("label", "royalties by country", "no", chip)) == sql(talk("label", chip))


@pytest.mark.parametrize(
    ("question", "answer", "part"),
    [
        ("top 10 tracks", "price", "ORDER BY tracks.price DESC LIMIT 10"),
        ("expensive tracks", "price", "ORDER BY tracks.price DESC"),
        ("expensive tracks", "1.2", "tracks.price > 1.2"),
        ("busiest stations", "docks", "ORDER BY stations.docks DESC"),
        ("trips in July", "started at", "trips.started_at"),
        ("trips per day", "ended at", "trips.ended_at"),
    ],
)
def test_a_column_or_a_number_answers(talk: Talk, question: str, answer: str, part: str) -> None:
    name = "label" if "tracks" in question else "bicycles"
    assert part in sql(talk(name, question, answer))


@pytest.mark.parametrize(
    "question", ["how many albums", "which artist has the most albums", "no, how many albums are there"]
)
def test_a_whole_question_is_no_answer(talk: Talk, question: str) -> None:
    found = sql(talk("label", "royalties by country", question))
    assert "royalty" not in found
    assert found == sql(talk("label", question.removeprefix("no, ")))


def test_a_fragment_does_not_go_on_from_what_was_before_an_open_question(talk: Talk) -> None:
    found = talk("label", "how many plays by year", "frobnicated tracks", "by listener country")
    assert not isinstance(found, SqlPlan) or "plays" not in found.sql


def test_a_figure_is_taught(talk: Talk) -> None:
    answered = talk("label", "revenue by genre", "revenue is the sum of royalty")
    assert "SUM(plays.royalty)" in sql(answered)
    assert isinstance(answered, SqlPlan)
    assert "revenue" in answered.reading
    assert "as you said" in answered.reading
    assert tomllib.loads(answered.note.split("```")[1].removeprefix("toml"))["measures"]["revenue"]["table"] == "plays"
    later = talk(
        "label", "revenue by genre", "revenue is the sum of royalty", "how many albums", "revenue by listener country"
    )
    assert "SUM(plays.royalty)" in sql(later)
    assert isinstance(talk("label", "revenue by listener country"), Clarification)


def test_a_lesson_about_another_word_is_noted(talk: Talk) -> None:
    found = talk("label", "frobnicated albums", "by big I mean length seconds over 300")
    assert isinstance(found, DirectAnswer)
    assert "“big”" in found.text


def test_a_column_in_the_place_of_money_is_added_up(talk: Talk) -> None:
    assert "SUM(invoices.amount)" in sql(talk("clinic", "revenue", "amount"))


def test_arithmetic_is_taught(talk: Talk) -> None:
    found = talk("bicycles", "speedup is distance_km times bike_id", "speedup by rider")
    assert "SUM(trips.distance_km * trips.bike_id)" in sql(found)


@pytest.mark.parametrize("question", ["how many big tracks", "how many tracks are big", "how many tracks that are big"])
def test_a_condition_is_taught(talk: Talk, question: str) -> None:
    taught = talk("label", "by big I mean length seconds over 300")
    assert isinstance(taught, DirectAnswer)
    assert '[terms]\nbig = "length seconds over 300"' in taught.text
    found = sql(talk("label", "by big I mean length seconds over 300", question))
    assert found.startswith("SELECT COUNT(*)")
    assert "tracks.length_seconds > 300" in found


def test_another_name_is_taught(talk: Talk) -> None:
    assert sql(talk("label", "a gig is plays", "how many gigs in 2019")) == sql(talk("label", "how many plays in 2019"))


@pytest.mark.parametrize(
    "text", ["price is the sum of royalty", "jazz is the sum of royalty", "what is the sum of royalty",
             "is jazz popular", "how many tracks are on Record 3", "compare 2018 and 2019", "foo is bar baz"],
)  # fmt: skip
def test_what_is_no_lesson_teaches_nothing(talk: Talk, text: str) -> None:
    found = talk("label", text)
    assert not (isinstance(found, DirectAnswer) and "From now on" in found.text)


@pytest.mark.parametrize(
    ("question", "days"),
    [
        ("how many appointments last month", ("2026-10-01", "2026-11-01")),
        ("how many appointments in the past 30 days", ("2026-10-28", "2026-11-27")),
        ("how many appointments this year", ("2026-01-01", "2026-11-27")),
        ("how many appointments since March", ("2026-03-01", "2026-11-27")),
        ("how many appointments year to date", ("2026-01-01", "2026-11-27")),
        ("last quarter's appointments by status", ("2026-07-01", "2026-10-01")),
        ("how many appointments last year", ("2025-01-01", "2026-01-01")),
    ],
)
def test_times_are_relative_to_today(
    folders: dict[str, Data], talk: Talk, question: str, days: tuple[str, str]
) -> None:
    found = talk("clinic", question)
    first, end = days
    counted = f"SELECT count(*) FROM appointments WHERE scheduled_at >= DATE '{first}' AND scheduled_at < DATE '{end}'"
    data = folders["clinic"]
    assert sum(row[-1] for row in data.rows(sql(found))) == data.rows(counted)[0][0] > 0
    assert isinstance(found, SqlPlan)
    assert found.reading.startswith("“")


@pytest.mark.parametrize(
    ("name", "question", "chip"),
    [
        ("label", "plays last month", "plays in December 2019"),
        ("label", "how many plays in the last 30 days", "how many plays between 2019-12-02 and 2019-12-31"),
        ("label", "how many plays this year", "how many plays in 2019"),
        ("bicycles", "trips last summer", "trips with started at between 2022-06-01 and 2022-08-31"),
    ],
)
def test_where_the_data_end_before_it_their_last_period_is_offered(
    talk: Talk, name: str, question: str, chip: str
) -> None:
    found = asked(talk(name, question))
    assert " end on 20" in found.question
    assert found.suggestions[0] == chip


def test_days_are_those_of_the_table_that_is_asked_for(talk: Talk) -> None:
    found = talk("clinic", "list appointments since 2026-01-01")
    chips = found.suggestions if isinstance(found, Clarification) else ["list appointments since 2026-01-01"]
    assert any("appointments.scheduled_at >=" in sql(talk("clinic", chip)) for chip in chips), found


def test_without_a_today_a_time_relative_to_it_is_asked_back(folders: dict[str, Data]) -> None:
    assert isinstance(plan("how many appointments last month", folders["clinic"].catalog), Clarification)


def test_a_table_whose_name_ends_in_a_number_is_said_as_it_is(make: Make) -> None:
    towns: list[object] = ["Rome", "Oslo", "Rome", "Bern"]
    years: Tables = {f"sales_{year}": {"town": towns, "amount": [1.5, 2.5, 1.5, year / 100]} for year in (2023, 2024)}
    found = plan("compare sales 2023 and sales 2024", make(years).catalog)
    assert isinstance(found, Clarification)
    assert any("sales 2023" in chip for chip in found.suggestions)
    assert not [chip for chip in found.suggestions if "2023s" in chip]


_ASKS_BACK = """
from agent_worker.offline.planner import plan
from bus.contract.catalog import Catalog, CatalogColumn, CatalogTable

titles = tuple(f"{of} Manager" for of in ("Finance", "Stock", "Purchasing", "Marketing", "Sales", "Office", "Tax"))
columns = (CatalogColumn("name", "VARCHAR", 0, 9, "a", "z"), CatalogColumn("title", "VARCHAR", values=titles))
print(plan("list the employees who manage", Catalog((CatalogTable("employees", columns, 9, ()),))))
"""


def test_the_same_is_asked_back_in_every_process() -> None:
    """The order of a set of words is another one in each process."""
    said = {
        subprocess.run(
            [sys.executable, "-c", _ASKS_BACK],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            timeout=100,
            check=True,
        ).stdout
        for seed in range(1, 7)
    }
    assert len(said) == 1
    assert "Manager" in said.pop()
