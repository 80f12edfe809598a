"""What newcomers ask of data with short names: shortened words, plurals of values, accents, totals, further pieces."""

from datetime import date

import pytest

from agent_worker.offline.planner import plan
from agent_worker.plan import DirectAnswer, SqlPlan, Turn
from bus.contract.events import Clarification
from tests.harness.data.small_tables import Make, Tables, assert_rows

DESK: Tables = {
    "custs": {"cust_id": [1, 2, 3], "cust_nm": ["Ada", "Zoé", "Cy"], "pln": ["pro", "basic", "pro"],
              "mrr_amt": [10.0, 20.0, 40.0], "ctry_cd": ["DE", "FR", "DE"], "actv_flg": [True, False, True]},
    "tkts": {"tkt_id": [1, 2, 3, 4], "cust_id": [1, 1, 2, None], "prio": ["high", "low", "high", "low"],
             "crt_ts": [date(2024, 1, n) for n in (1, 2, 3, 4)],
             "res_ts": [date(2024, 1, 5), None, None, None], "csat": [5, 4, None, 2]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("which customer has the most tickets", [{"Ada", "2"}]),  # never by its key alone
        ("customers without tickets", [{"Cy"}]),
        ("tickets by priority", [{"high", "2"}, {"low", "2"}]),
        ("total mrr by plan", [{"pro", "50.0"}, {"basic", "20.0"}]),
        ("number of customers by country", [{"DE", "2"}, {"FR", "1"}]),
        ("how many tickets were created in 2024", [{"4"}]),
        ("inactive customers", [{"Zoé"}]),
        ("tickets of Zoe", [{"3"}]),  # accents need not be typed
        ("how many tickets have no customer", [{"1"}]),
        ("how many tickets in 2024", [{"4"}]),  # a row's own date is that of its making
        ("hom many tickets per priorty", [{"high", "2"}, {"low", "2"}]),
        ("how many tickets have no csat", [{"1"}]),  # it is never 0, so that none is that it is missing
    ],
)
def test_shortened_names_are_read_in_full(make: Make, question: str, rows: list[set[str]]) -> None:
    _holds(make, DESK, [question], rows)


WARDS: Tables = {
    "Ward": {"wardCd": ["ICU", "ONC"], "wardNm": ["Intensive Care", "Oncology"], "bedCnt": [12, 25]},
    "Staff": {"staffId": [1, 2, 3, 4, 5], "staffNm": ["Ana", "Bo", "Cem", "Dia", "Eli"],
              "jobTitle": ["nurse", "nurse", "surgeon", "nurse", "surgeon"],
              "wardCd": ["ICU", "ONC", "ICU", "ICU", "ONC"]},
    "Admission": {"admId": [1, 2, 3], "wardCd": ["ICU", "ONC", "ICU"],
                  "admDt": [date(2024, 1, 5), date(2024, 2, 1), date(2025, 1, 1)],
                  "dischDt": [date(2024, 1, 9), None, date(2025, 1, 2)]},
}  # fmt: skip
PROBES: Tables = {
    "sensors": {"sensor_id": ["S1", "S2", "S3"], "loc": ["roof", "lab", "lab"]},
    "readings": {"reading_id": [1, 2, 3, 4], "sensor_id": ["S1", "S2", "S2", "S3"], "temp_c": [1.5, 20.5, 24.5, 30.0]},
    "alarms": {"alarm_id": [1, 2, 3], "sensor_id": ["S1", "S2", "S2"], "severity": ["high", "low", "high"],
               "raised_at": [date(2025, 3, n) for n in (1, 2, 3)], "cleared_at": [None, date(2025, 3, 4), None]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("tables", "question", "rows"),
    [
        (WARDS, "How many nurses are there?", [{"3"}]),  # many have one job's title: it names nobody
        (WARDS, "List the nurses in Oncology", [{"Bo"}]),
        (WARDS, "How many admissions were there in 2024?", [{"2"}]),  # `admDt` is their own day, not what is counted
        (PROBES, "What was the highest temperature in the lab?", [{"30.0"}]),  # `temp_c` is in degrees
        (PROBES, "How many high severity alarms were there?", [{"2"}]),
        (PROBES, "Which sensor raised the most alarms?", [{"S2", "2"}]),  # each alarm was raised on some day
    ],
)
def test_columns_are_read_by_what_they_hold(make: Make, tables: Tables, question: str, rows: list[set[str]]) -> None:
    _holds(make, tables, [question], rows)


def test_a_verb_of_a_day_that_some_rows_lack_is_asked_back(make: Make) -> None:
    assert not isinstance(plan("Which sensor cleared the most alarms?", make(PROBES).catalog), SqlPlan)


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("how many custs are there", [{"3"}]),
        ("number of tkts by prio", [{"high", "2"}, {"low", "2"}]),
        ("cats with weight over 4", [{"Tom"}]),
        ("how many cats", [{"2"}]),
        ("fname and dob of cats", [{"Tom", "2020-01-01"}, {"Ari", "2021-01-01"}]),
        ("how many rows are in cats", [{"2"}]),
        ("how many records does the cats table have?", [{"2"}]),
        ("show the rows of cats", [{"Tom"}, {"Ari"}]),
    ],
)
def test_shortened_names_are_read_as_they_stand(make: Make, question: str, rows: list[set[str]]) -> None:
    cats: Tables = {
        "cats": {"fname": ["Tom", "Ari"], "weight": [4.5, 3.9], "dob": [date(2020, 1, 1), date(2021, 1, 1)]}
    }
    _holds(make, DESK | cats, [question], rows)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("how many columns do custs have", "**custs**, 3 rows, 6 columns"),
        ("how many tables are there", "| custs | 3 | 6 |"),
    ],
)
def test_the_data_are_counted_too(make: Make, question: str, said: str) -> None:
    plan_ = plan(question, make(DESK).catalog, ())
    assert isinstance(plan_, DirectAnswer)
    assert said in plan_.text


INN: Tables = {
    "hosts": {"host_id": [1, 2], "host_name": ["Ida", "Bo"], "is_super": [True, False]},
    "cooks": {"cook_id": [1, 2], "name": ["Al", "Bea"], "birth_date": [date(1990, 5, 1), date(1980, 5, 1)]},
    "dishes": {"dish_id": [1, 2, 3, 4], "name": ["Miso", "Flan", "Goulash", "Tart"],
               "course": ["soup", "cake", "soup", "cake"], "price": [3.0, 9.0, 5.0, 8.0]},
    "stays": {"stay_id": [1, 2, 3, 4], "host_id": [1, 1, 2, 2], "host_name": ["Ida", "Ida", "Bo", "Bo"],
              "kind": ["villa", "loft", "villa", "loft"], "guests": [1, 2, 3, 4],
              "guest_name": ["Ann", "Ben", "Ann", "Cat"], "guest_country": ["Peru", "Peru", "Chile", "Peru"],
              "booked_on": [date(2024, 1, n) for n in (1, 2, 3, 4)],
              "check_in": [date(2025, 2, n) for n in (1, 2, 3, 4)],
              "season_code": [7, 7, 8, 8], "season": ["2024/25", "2024/25", "2025/26", "2025/26"],
              "is_paid": [True, False, True, True],
              "total_price": [10.0, 20.0, 30.0, 40.0], "night_price": [1.0, 2.0, 3.0, 4.0], "stars": [5, 4, 5, 1]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("questions", "rows"),
    [
        (["total price of stays booked in 2024"], [{"100.0"}]),  # not the prices one by one
        (["total price by kind"], [{"villa", "40.0"}, {"loft", "60.0"}]),
        (["how many villas"], [{"2"}]),
        (["average total price of lofts"], [{"30.0"}]),
        (["how many 5 star stays"], [{"2"}]),
        (["stays with their host"], [{"1", "Ida"}, {"2", "Ida"}, {"3", "Bo"}, {"4", "Bo"}]),
        (["number of stays per season code"], [{"2", "7"}, {"2", "8"}]),
        (["stays in season 2024/25"], [{"1"}, {"2"}]),
        (["how many cooks were born in 1990"], [{"1"}]),
        (["hosts with more than 1 villa stays"], []),
        (["cheapest soup"], [{"Miso"}]),
        (["second most expensive cake"], [{"Tart"}]),
        (["hosts with an average of more than 4 stars"], [{"Ida"}]),
        (["is Ida super"], [{"True"}]),
        (["how many hosts and how many stays are there"], [{"2", "4"}]),
        (["what is the average total price and how many hosts are there"], [{"25.0", "2"}]),
        (["which host has the most stays"], [{"Ida", "2"}, {"Bo", "2"}]),  # its name stands in both tables
        (["number of stays by kind", "only 5 stars"], [{"villa", "2"}]),
        (["number of stays by guest country", "only lofts"], [{"Peru", "2"}]),
        (["which guest country has the most stays", "who is second?"], [{"Chile", "1"}]),
        (["which guest country has the most stays", "who is second?", "and the top 1"], [{"Peru", "3"}]),
        (["stays booked in 2024", "of villas"], [{"1"}, {"3"}]),
        (["list villas", "average total price?"], [{"20.0"}]),
        (["how many stays", "blurb", "only villas"], [{"2"}]),  # what is not understood loses nothing
        (["how many stays", "thanks, and by kind?"], [{"villa", "2"}, {"loft", "2"}]),
    ],
)
def test_pieces_are_said_of_what_was_asked(make: Make, questions: list[str], rows: list[set[str]]) -> None:
    _holds(make, INN, questions, rows)


@pytest.mark.parametrize(
    "questions",
    [
        ["guests from Peru"],  # not how many guests each stay has
        ["guests with more than 1 stays"],
        ["how many check-ins in February 2025"],  # not those that were booked then
        ["total price per guest"],
        ["of villas"],  # of which figure
        ["which host has the best stars"],  # of the average, or of any
        ["how many stays booked in 2024 and how many hosts"],  # of all hosts, or of 2024
        ["how many glories", "of villas"],
    ],
)
def test_what_may_be_another_figure_is_asked_back(make: Make, questions: list[str]) -> None:
    data = make(INN)
    found = plan(questions[-1], data.catalog, [Turn(question) for question in questions[:-1]])
    assert not isinstance(found, SqlPlan), found.reading


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("what is in tkts", "**tkts**, 4 rows"),
        ("what does priority mean", "| tkts.prio | VARCHAR | high, low |"),
        ("what does csat stand for", "| tkts.csat | BIGINT | 2 to 5 |"),
        ("when does the data end", "| tkts.crt_ts | 2024-01-01 | 2024-01-04 |"),
        ("since when do we have tkts", "| tkts.crt_ts | 2024-01-01 | 2024-01-04 |"),
    ],
)
def test_the_data_are_described(make: Make, question: str, told: str) -> None:
    found = plan(question, make(DESK).catalog)
    assert isinstance(found, DirectAnswer), found
    assert told in found.text


FLEET: Tables = {
    "trucks": {"truck_id": [1, 2, 3], "plate": ["A1", "B2", "C3"], "type": ["van", "lorry", "van"],
               "payload_t": [1.0, 8.0, 2.0]},
    "trips": {"trip_id": [1, 2], "truck_id": [1, 2], "load_t": [0.5, 7.0],
              "started_at": [date(2024, 1, 1), date(2024, 1, 2)], "ended_at": [date(2024, 1, 3), date(2024, 1, 4)]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("how many vans are there", [{"2"}]),
        ("average payload of vans", [{"1.5"}]),
        ("which truck has the highest payload", [{"B2"}]),
    ],
)
def test_kinds_of_things_and_their_units(make: Make, question: str, rows: list[set[str]]) -> None:
    _holds(make, FLEET, [question], rows)


def test_what_is_best_is_offered_by_the_average(make: Make) -> None:
    found = plan("which host has the best rating", make(INN).catalog)
    assert isinstance(found, Clarification)
    assert found.suggestions[0] == "host with the highest average stars"


def test_a_figure_of_rows_with_two_dates_is_offered_by_each(make: Make) -> None:
    found = plan("total load in 2024", make(FLEET).catalog)
    assert isinstance(found, Clarification)
    assert found.suggestions == ["total load with started at in 2024", "total load with ended at in 2024"]


def _holds(make: Make, tables: Tables, questions: list[str], rows: list[set[str]]) -> None:
    data = make(tables)
    assert_rows(data, plan(questions[-1], data.catalog, [Turn(question) for question in questions[:-1]]), rows)
