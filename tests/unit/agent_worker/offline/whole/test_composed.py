"""Questions put together from parts, against statements put together from the same parts by hand."""

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from agent_worker.offline.planner import plan
from agent_worker.plan import SqlPlan
from bench.questions import Data, same_rows

FIGURES = {
    "number of flights": "count(*)",
    "average departure delay": "avg(dep_delay)",
    "total distance": "sum(distance)",
    "median air time": "median(air_time)",
    "maximum arrival delay": "max(arr_delay)",
    "number of different destinations": "count(DISTINCT dest)",
}
GROUPS = {
    "": "",
    "by month": "month",
    "per carrier": "carrier",
    "for each airline": "airline",
    "by destination": "dest",
    "by day of the week": "dayname(make_date(year, month, day))",
    "by manufacturer": "manufacturer",
    "by origin and month": "origin, month",
    "by hour": "hour",
}
FILTERS = {
    "from JFK": "origin = 'JFK'",
    "to LAX": "dest = 'LAX'",
    "in March": "month = 3",
    "not in June": "month <> 6",
    "since October 2013": "month >= 10",
    "on Mondays": "isodow(make_date(year, month, day)) = 1",
    "with a distance over 1000": "distance > 1000",
    "for United Air Lines": "carrier = 'UA'",
    "with missing departure time": "dep_time IS NULL",
    "excluding Delta Air Lines": "carrier <> 'DL'",
    "made by BOEING": "manufacturer = 'BOEING'",
    "between April and August": "month BETWEEN 4 AND 8",
}
APART = ({"since October 2013", "between April and August"}, {"for United Air Lines", "excluding Delta Air Lines"})
"""Of which one holds no row of the other, or says it already: that is asked back."""
SOURCE = """(SELECT f.*, a.name AS airline, p.manufacturer FROM flights f LEFT JOIN airlines a USING (carrier)
             LEFT JOIN planes p USING (tailnum))"""


def by_hand(figure: str, group: str, filters: list[str]) -> str:
    """The statement that the parts mean."""
    where = " AND ".join(FILTERS[text] for text in filters) or "true"
    keys = GROUPS[group]
    shown = f"{keys}, {FIGURES[figure]}" if keys else FIGURES[figure]
    return f"SELECT {shown} FROM {SOURCE} WHERE {where} {'GROUP BY ALL' if keys else ''}"


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    st.sampled_from(list(FIGURES)),
    st.sampled_from(list(GROUPS)),
    st.lists(st.sampled_from(list(FILTERS)), max_size=3, unique=True),
    st.booleans(),
)
def test_parts_mean_the_same_together(flights: Data, figure: str, group: str, filters: list[str], last: bool) -> None:
    assume(not any(apart <= {*filters} for apart in APART))
    parts = [figure, *filters, group] if last else [figure, group, *filters]
    question = " ".join(part for part in parts if part)
    found = plan(question, flights.catalog)
    assert isinstance(found, SqlPlan), (question, found)
    assert same_rows(flights.rows(found.sql), flights.rows(by_hand(figure, group, filters))), (question, found.reading)
