"""Which figures of an answer in words stand in its result."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_worker.agents.parquet.figures.check import unsupported
from agent_worker.llm.prompts.preview import Preview, Totals
from bus.contract.events import Column

FLIGHTS = Preview(
    (Column("carrier", "VARCHAR"), Column("flights", "BIGINT"), Column("delay", "DOUBLE")),
    (("UA", 58_665, 12.1056), ("B6", 54_635, 13.0224), ("EV", 54_173, 19.9554)),
    16,
    totals=(Totals(0), Totals(0, 32, 58_665, 336_776), Totals(0, -9.93, 20.2155, 195.5)),
)
MONTHS = Preview(
    (Column("month", "DATE"), Column("sales", "DECIMAL(12,2)")),
    (("2013-01-31", "4234567.50"), ("2013-02-28", "4700000.00")),
    2,
    totals=(Totals(0, "2013-01-31", "2013-02-28"), Totals(0, "4234567.50", "4700000.00", 8_934_567.5)),
)
ONE = Preview((Column("share", "DOUBLE"),), ((0.3821,),), 1, totals=(Totals(0, 0.3821, 0.3821, 0.3821),))

SHARES = Preview((Column("k", "VARCHAR"), Column("share", "DOUBLE")), (("a", 0.33), ("b", 0.38)), 2)
TINY = Preview((Column("p", "DOUBLE"),), ((1.2e-05,),), 1)


@pytest.mark.parametrize(
    ("text", "preview"),
    [
        ("United has the most flights, **58,665** of 336,776.", FLIGHTS),
        ("UA 58665, B6 54,635, EV 54173: three of 16 carriers.", FLIGHTS),
        ("About 58,700, so nearly 59,000 or 58.7k flights; all in all some 337,000.", FLIGHTS),
        ("UA hat 58.665 Flüge, bei 12,1 Minuten; le total est de 336\u202f776.", FLIGHTS),
        ("That is 4,030 more than B6, or 7.4% more.", FLIGHTS),
        ("United flies 17.4 percent, 17 % of all.", FLIGHTS),
        ("The mean is 21,048.5 flights a carrier, and the least 32.", FLIGHTS),
        ("The delay of EV is 1.6 times that of UA.", FLIGHTS),
        ("Early by 9.93 minutes at best.", FLIGHTS),
        ("1. UA: 58,665\n2. B6: 54,635\n3) EV", FLIGHTS),
        ("It is the 1st, the 21st would be another; see A320, Q4, B6.", FLIGHTS),
        ("4.2 million in January, 4,7 Mio. in February (2013-02-28), 8.9M in all.", MONTHS),
        ("On February 28, 2013 it was $4.70 million, up 11%, or 465,432.50.", MONTHS),
        ("38.2%, about 38 %, or 0.38.", ONE),
        ("Nothing to count.", FLIGHTS),
        ("58 665 flights, 336 776 in all; 195,5 minutes, 3,36,776 as in India, 3.37 lakh.", FLIGHTS),
        ("On 28.02.2013, or 2/28/2013, in the 1990s, COVID-19.", MONTHS),
        ("It rose by 5 percentage points, 5 pp, 5 %-points.", SHARES),
        ("p is 1.2e-05, 1.2E-5, 1.2 \u00d7 10⁻⁵ or 1.2 x 10^-5.", TINY),
    ],
)
def test_what_stands_in_the_result_or_follows_from_it_is_supported(text: str, preview: Preview) -> None:
    assert unsupported(text, preview) == []


@pytest.mark.parametrize(
    ("text", "preview", "wrong"),
    [
        ("United has 58,656 flights.", FLIGHTS, ["58,656"]),
        ("About 4.2 million flights, 42%.", FLIGHTS, ["4.2 million", "42%"]),
        ("Some 50,000; 4.2 Mio. and 4,2 Mio.", FLIGHTS, ["50,000", "4.2 Mio", "4,2 Mio"]),
        ("There are 17 carriers, 17 of them late.", FLIGHTS, ["17"]),
        ("In 2014 it was 5 million.", MONTHS, ["2014", "5 million"]),
        ("100 flights, not 97.", Preview((Column("n", "BIGINT"),), ((97,),), 1), ["100"]),
        ("12 and 12.4", Preview((Column("n", "BIGINT"),), ((13,),), 1), ["12", "12.4"]),
        ("3 times as many", Preview((Column("n", "BIGINT"),), ((50,), (100,)), 2), ["3 times"]),
        ("Nobody: 0 rows, 7 looked for", Preview((Column("n", "BIGINT"),), (), 0), ["7"]),
        ("4.3 million", MONTHS, ["4.3 million"]),
        ("On 28.02.2014; 28.03.2013.", MONTHS, ["28.02.2014", "28.03.2013"]),
        ("58 656 flights, 3,36,767, 3.1 lakh", FLIGHTS, ["58 656", "3,36,767", "3.1 lakh"]),
        ("by 15 percentage points", SHARES, ["15 percentage points"]),
        ("1.2e-06, 1.3 \u00d7 10⁻⁵", TINY, ["1.2e-06", "1.3 \u00d7 10⁻⁵"]),
        ("the 9007199254740997", Preview((Column("n", "BIGINT"),), (("9007199254999999",),), 1), ["9007199254740997"]),
    ],
)
def test_what_does_not_is_named_as_it_is_written(text: str, preview: Preview, wrong: list[str]) -> None:
    assert unsupported(text, preview) == wrong


def test_what_was_asked_needs_no_proof() -> None:
    text = "The top 5 of 2013 with more than 1,000 seats."
    assert unsupported(text, FLIGHTS) == ["5", "2013", "1,000"]
    assert unsupported(text, FLIGHTS, ["the 5 best of 2013?", "SELECT 1 WHERE seats > 1000"]) == []


def test_chance_does_not_support_figures_of_a_long_result() -> None:
    rows = tuple((f"c{number}", 1_000 + 37 * number**2) for number in range(50))
    preview = Preview((Column("c", "VARCHAR"), Column("n", "BIGINT")), rows, 50)
    made_up = [f"{number:,}" for number in range(20_011, 60_000, 397)]
    wrong = unsupported(" and ".join(made_up), preview)
    assert len(wrong) > 0.95 * len(made_up)


@given(st.text(), st.lists(st.none() | st.integers() | st.floats() | st.text() | st.booleans(), max_size=5))
def test_no_text_and_no_value_stops_the_check(text: str, values: list[Any]) -> None:
    columns = tuple(Column(f"c{at}", "VARCHAR") for at in range(len(values)))
    unsupported(text, Preview(columns, (tuple(values),), 1, totals=tuple(Totals(0) for _ in columns)))


def test_a_long_answer_over_a_wide_result_is_checked_at_once() -> None:
    rows = tuple(tuple(float(row * column) for column in range(200)) for row in range(50))
    preview = Preview(tuple(Column(f"c{at}", "DOUBLE") for at in range(200)), rows, 50)
    began = time.process_time()
    unsupported("1,234.5 and 7% " * 2_000, preview)
    assert time.process_time() - began < 5
