"""What analysts ask of staff, freight, a library and sensors: the part that a key plays, scales, the first of each."""

from datetime import date, datetime

import pytest

from agent_worker.offline.planner import plan
from agent_worker.plan import SqlPlan, Turn
from tests.harness.data.small_tables import Make, Tables, assert_rows

STAFF: Tables = {
    "employees": {"emp_id": [1, 2, 3, 4], "first_name": ["Ada", "Bo", "Cy", "Dee"],
                  "last_name": ["Alm", "Berg", "Carr", "Dorn"], "dept_id": ["D1", "D1", "D2", "D2"],
                  "manager_id": [None, 1, 1, 3], "grade": [3, 1, 2, 1], "gender": ["F", "M", "X", "F"],
                  "job_title": ["Boss", "Clerk", "Clerk", "Clerk"], "salary": [90.0, 40.0, 70.0, 50.0],
                  "hire_date": [date(2020, 1, n) for n in (1, 2, 3, 4)],
                  "termination_date": [None, date(2021, 1, 1), None, None]},
    "departments": {"dept_id": ["D1", "D2", "D3"], "dept_name": ["Sales", "Legal", "Lab"],
                    "head_emp_id": [1, 3, None]},
}  # fmt: skip
FREIGHT: Tables = {
    "dim_depot": {"depot_id": [1, 2, 3], "depot_name": ["Kiel", "Ulm", "Bonn"], "floor_area_m2": [90, 300, 20]},
    "dim_vehicle": {"vehicle_id": [1, 2], "plate": ["A1", "B2"], "model_year": [2019, 2023]},
    "fct_shipments": {"shipment_id": ["S1", "S2", "S3", "S4"], "shipper": ["Ikea", "Ikea", "Bosch", "Bosch"],
                      "origin_depot_id": [1, 1, 2, 3], "dest_depot_id": [2, 3, 3, 1], "vehicle_id": [1, 1, 2, 2],
                      "booked_at": [datetime(2024, n, 1, 8) for n in (1, 2, 3, 4)],
                      "freight_cost": [10.0, 20.0, 25.0, 30.0], "status_cd": ["DLV", "CAN", "CAN", "DLV"],
                      "delivered_at": [datetime(2024, 5, 1, 9), None, None, datetime(2025, 5, 1, 9)],
                      "weight_kg": [5.5, 7.5, 9.0, 2.0], "priority": [1, 3, 1, 2]},
}  # fmt: skip
FREIGHT_AND_LOSSES: Tables = FREIGHT | {"losses": {"loss_id": [1, 2], "shipment_id": ["S1", "S1"]}}
LIBRARY: Tables = {
    "books": {"isbn": ["i1", "i2", "i3"], "title": ["Sea", "Sky", "Sun"], "language": ["en", "ja", "en"],
              "pub_year": [1990, 1990, 2001], "pages": [90, 300, 200], "genre": ["crime", "crime", "poems"]},
    "authors": {"author_id": [1, 2, 3], "title": ["Mori", "Hale", "Ross"],
                "nationality": ["Japanese", "Irish", "Irish"]},
    "branches": {"branch_code": ["C", "N"], "branch_name": ["Central", "North"]},
    "members": {"member_no": [1, 2], "full_name": ["Al Ek", "Bea Po"], "home_branch": ["N", "N"]},
    "loans": {"loan_id": [7, 8, 9], "isbn": ["i1", "i1", "i3"], "member_no": [1, 1, 1], "branch_code": ["C", "C", "N"],
              "loaned_on": [date(2024, 1, n) for n in (1, 2, 3)], "due_on": [date(2024, 2, n) for n in (1, 2, 3)],
              "renewals": [0, 2, 0]},
    "book_authors": {"isbn": ["i1", "i2", "i3", "i3"], "author_id": [1, 1, 1, 2]},
}  # fmt: skip
SENSORS: Tables = {
    "sites": {"site_id": ["P1", "M2"], "site_name": ["Pier", "Mill"]},
    "devices": {"device_id": ["T1", "T2", "T3"], "kind": ["temperature", "humidity", "humidity"],
                "site_id": ["P1", "M2", "P1"], "battery_pct": [15, 80, 90]},
    "alerts": {"alert_id": [1, 2], "device_id": ["T1", "T1"], "severity": [4, 1],
               "raised_at": [datetime(2025, 3, n) for n in (1, 2)], "resolved_at": [datetime(2025, 3, 5), None]},
    "maintenance_visits": {"visit_id": [1, 2, 3], "site_id": ["P1", "P1", "M2"],
                           "technician": ["Rob Ash", "Rob Ash", "Eve Lim"],
                           "visited_on": [date(2025, 1, n) for n in (1, 2, 3)], "cost_gbp": [5.0, 6.0, 9.0]},
    "readings": {"device_id": ["T1", "T1", "T2", "T2"], "ts": [datetime(2025, 1, n, 3) for n in (1, 2, 3, 4)],
                 "value": [20.5, 21.5, 40.0, 41.0]},
}  # fmt: skip
SHOW: Tables = {
    "judge": {"jID": [201, 202], "name": ["Al", "Bo"]},
    "dog": {"dID": [101, 102], "title": ["Rex", "Ace"], "year": [1990, 2000]},
    "grading": {"jID": [201, 202, 201], "dID": [101, 102, 102], "stars": [3, 4, 2],
                "gradingDate": [date(2011, 1, 22), date(2011, 1, 27), None]},
}  # fmt: skip
LESSONS: Tables = {
    "module": {"module_id": ["M1", "M2", "M3"], "title": ["Dust", "A Year Without Rain", "Kites"],
               "dept_name": ["a", "b", "c"], "credits": [1, 2, 3]},
    "prereq": {"module_id": ["M1", "M2"], "prereq_id": ["M2", "M3"]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("tables", "question", "rows"),
    [
        # the part that another thing plays in a row, by its key
        (STAFF, "who is the manager of Berg", [{"Ada", "Alm"}]),
        (STAFF, "who is the head of Legal", [{"Cy", "Carr"}]),
        (STAFF, "departments without a head", [{"Lab"}]),
        (FREIGHT, "shipments by origin depot", [{"Kiel", "2"}, {"Ulm", "1"}, {"Bonn", "1"}]),
        (FREIGHT, "number of shipments per destination", [{"Ulm", "1"}, {"Bonn", "2"}, {"Kiel", "1"}]),
        # a number of a few whole steps tells rows apart
        (STAFF, "employees by grade", [{"1", "2"}, {"2", "1"}, {"3", "1"}]),
        (FREIGHT, "average weight by priority", [{"1", "7.25"}, {"2", "2.0"}, {"3", "7.5"}]),
        # the first of each
        (SENSORS, "latest reading of each device", [{"T1", "21.5"}, {"T2", "41.0"}]),
        (STAFF, "top 1 employees by salary in each department", [{"Sales", "Ada"}, {"Legal", "Cy"}]),
        (LIBRARY, "the longest book of each genre", [{"Sky", "crime"}, {"Sun", "poems"}]),
        (FREIGHT, "latest shipment of each shipper", [{"Ikea", "S2"}, {"Bosch", "S4"}]),
        # from and to, of two keys to one thing
        (FREIGHT, "shipments from Kiel to Bonn", [{"S2"}]),
        (FREIGHT, "how many shipments to Bonn", [{"2"}]),
        (LIBRARY, "loans by branch", [{"Central", "2"}, {"North", "1"}]),  # where they are lent, not where people live
        # what is added up where nothing else is said
        (FREIGHT, "top 2 shippers by freight cost", [{"Bosch", "55.0"}, {"Ikea", "30.0"}]),
        (FREIGHT, "freight cost by shipper", [{"Bosch", "55.0"}, {"Ikea", "30.0"}]),
        (FREIGHT, "compare Ikea and Bosch by freight cost", [{"Bosch", "55.0"}, {"Ikea", "30.0"}]),
        (FREIGHT, "compare Ikea and Bosch by number of shipments", [{"Bosch", "2"}, {"Ikea", "2"}]),
        (FREIGHT, "how many shipments are CAN", [{"2"}]),  # a code, no verb
        # what verbs tell of
        (LIBRARY, "which books have never been borrowed", [{"Sky"}]),
        (LIBRARY, "members who never borrowed anything", [{"Bea Po"}]),
        (LIBRARY, "most borrowed books", [{"Sea", "2"}]),
        (LIBRARY, "loans by number of renewals", [{"0", "2"}, {"2", "1"}]),
        # a column says what is measured, another how much
        (SENSORS, "average temperature by site", [{"Pier", "21.0"}]),
        # names that begin with another word than they are called by
        (SENSORS, "visits by Rob Ash", [{"1"}, {"2"}]),
        (SENSORS, "total maintenance cost per site", [{"Pier", "11.0"}, {"Mill", "9.0"}]),
        (SENSORS, "last visit of each site", [{"Pier", "2"}, {"Mill", "3"}]),
        (SENSORS, "alerts that are unresolved", [{"2"}]),
        (SENSORS, "devices with battery below 20%", [{"T1"}]),
        (SENSORS, "did Pier have any alerts in March 2025?", [{"2"}]),
        (SENSORS, "highest temperature ever", [{"21.5"}]),
        (SENSORS, "average temperature at Pier", [{"21.0"}]),
        (SENSORS, "number of readings per device", [{"T1", "2"}, {"T2", "2"}]),  # many rows of one device
        (SENSORS, "how many unresolved alerts per site", [{"Pier", "1"}]),
        (STAFF, "list all job titles", [{"Clerk"}, {"Boss"}]),  # which name nobody
        (STAFF, "average salary of women", [{"70.0"}]),
        (LIBRARY, "authors with no books", [{"Ross"}]),
        (LIBRARY, "how many books has each author written", [{"Mori", "3"}, {"Hale", "1"}]),
        (LIBRARY, "number of books per year", [{"1990", "2"}, {"2001", "1"}]),
        (LIBRARY, "books published after 2000", [{"Sun"}]),
        (LIBRARY, "renewals per loan", [{"0"}, {"2"}, {"0"}]),
        # codes of languages, countries and sexes
        (LIBRARY, "how many books in English", [{"2"}]),
        (LIBRARY, "is there any book in Japanese?", [{"Sky"}]),  # in the language, not by authors from there
        # few words
        (SENSORS, "severity 4 alerts by site", [{"Pier", "1"}]),
        (SENSORS, "how many alerts are still unresolved", [{"1"}]),
        (FREIGHT, "shipments over 7 kg", [{"S2"}, {"S3"}]),
        (STAFF, "Berg's salary", [{"40.0"}]),
        (STAFF, "employees earning above average", [{"Ada"}, {"Cy"}]),
        # by what the only column of a size says
        (FREIGHT, "largest depot", [{"Ulm", "300"}]),
        # the day that every row has
        (FREIGHT, "shipments per day in March 2024", [{"2024-03-01", "1"}]),
        (STAFF, "how many employees in 2020", [{"4"}]),
    ],
)
def test_it_is_read_so(make: Make, tables: Tables, question: str, rows: list[set[str]]) -> None:
    data = make(tables)
    assert_rows(data, plan(question, data.catalog), rows)


@pytest.mark.parametrize(
    ("tables", "question"),
    [
        (LIBRARY, "is there any book in Irish?"),  # an author's nationality, which nobody spoke of
        (FREIGHT_AND_LOSSES, "which shipper had no losses"),  # none of one shipment, or of all of its shipments
        (FREIGHT, "which shipper has the highest freight cost"),  # of one shipment, or of all together
        # The day of a grading is no figure of it.
        (SHOW, "For each judge id, what is the title and grading for the dog with the smallest grading?"),
        (LESSONS, "What are the ids of modules without prerequisites?"),  # not of the one that is called so
    ],
)
def test_it_is_asked_back(make: Make, tables: Tables, question: str) -> None:
    assert not isinstance(plan(question, make(tables).catalog), SqlPlan)


def test_a_year_is_one_of_the_rows_and_no_part_of_another_name(make: Make) -> None:
    found = plan("total weight by year", make(FREIGHT).catalog)
    assert isinstance(found, SqlPlan)
    assert "model_year" not in found.sql
    assert "year(fct_shipments.booked_at)" in found.sql


def test_a_value_goes_on_from_a_kind(make: Make) -> None:
    catalog = make(SENSORS).catalog
    found = plan("what about humidity", catalog, [Turn("how many temperature devices")])
    assert isinstance(found, SqlPlan)
    assert "kind = 'humidity'" in found.sql


def test_percent_of_a_share_up_to_one_is_asked_back(make: Make) -> None:
    shares: Tables = {"tests": {"test_id": [1, 2], "fail_rate": [0.1, 0.3]}}
    assert not isinstance(plan("tests with a fail rate below 20%", make(shares).catalog), SqlPlan)


def test_names_without_letters_break_no_question(make: Make) -> None:
    tables: Tables = {"_": {"_": [1, 2], "__": ["a", "b"], "123": [1, 2]}, "orders": {"id": [1, 2], "-": [3, 4]}}
    catalog = make(tables).catalog
    assert isinstance(plan("how many orders", catalog), SqlPlan)
    assert not isinstance(plan("orders by what nobody knows", catalog), SqlPlan)
