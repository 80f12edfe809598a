"""Charts: what is drawn of a result, and what no chart may hold."""

import json
from typing import Any

import pytest

from agent_worker.agents.parquet.charts.spec import MAX_BARS, MAX_POINTS, UnsafeSpec, chart_spec, check_spec, of_rows
from agent_worker.plan import ChartHint
from bus.contract.events import Column

MONTHS = [Column("month", "DATE"), Column("avg.delay [min]", "DECIMAL(18,3)"), Column("carrier", "VARCHAR")]


def plain() -> dict[str, Any]:
    return {
        "data": {"values": [{"x": 1, "y": 2}, {"x": 2, "y": 3}]},
        "mark": {"type": "bar"},
        "encoding": {"x": {"field": "x", "type": "ordinal"}, "y": {"field": "y", "type": "quantitative"}},
    }


def test_a_line_over_time_holds_the_rows_under_safe_field_names() -> None:
    rows = [("2013-01-01", "1.5", "AA"), ("2013-02-01", None, "UA"), ("10000-01-01", "2.0", "UA")]
    spec = chart_spec(ChartHint("line", "Month", "avg.delay [min]", "carrier"), MONTHS, rows, "Delay")
    assert spec is not None
    assert spec["data"]["values"] == [
        {"x": "2013-01-01", "y": 1.5, "color": "AA"},
        {"x": "2013-02-01", "y": None, "color": "UA"},
        {"x": None, "y": 2.0, "color": "UA"},  # a year that JavaScript does not know
    ]
    assert spec["encoding"]["x"] == {"field": "x", "type": "temporal", "title": "month"}
    assert spec["encoding"]["y"]["title"] == "avg.delay [min]"
    json.dumps(spec, allow_nan=False)


def test_units_go_with_the_fields_that_have_one() -> None:
    columns = [Column("month", "BIGINT"), Column("revenue", "DOUBLE")]
    hint, rows = ChartHint("bar", "month", "revenue"), [(1, 1.0), (2, 2.0)]
    spec = chart_spec(hint, columns, rows, units={"revenue": "EUR" * 20, "elsewhere": "km"})
    assert spec is not None
    assert spec["usermeta"] == {"units": {"y": ("EUR" * 20)[:20]}}
    plain_one = chart_spec(hint, columns, rows)
    assert plain_one is not None
    assert "usermeta" not in plain_one


@pytest.mark.parametrize(
    "meta", [{"units": {"z": "km"}}, {"units": {"y": 1}}, {"units": {"y": "k" * 21}}, {"embed": 1}, 1]
)
def test_nothing_else_goes_beside_a_chart(meta: Any) -> None:
    check_spec({**plain(), "usermeta": {"units": {"y": "km"}}})
    with pytest.raises(UnsafeSpec):
        check_spec({**plain(), "usermeta": meta})


def test_bars_keep_the_order_of_the_result_and_are_bounded() -> None:
    rows = [(f"n{i}", i) for i in range(200)]
    spec = chart_spec(ChartHint("bar", "name", "n"), [Column("name", "VARCHAR"), Column("n", "BIGINT")], rows)
    assert spec is not None
    assert spec["encoding"]["x"]["sort"] is None
    assert len(spec["data"]["values"]) == MAX_BARS
    assert of_rows(spec, 200)["title"] == {"text": "", "subtitle": f"The first {MAX_BARS} of 200 rows"}


def test_what_is_not_drawn_is_said_below_the_title() -> None:
    spec = {**plain(), "title": "By day"}
    assert of_rows(spec, 9_000)["title"] == {"text": "By day", "subtitle": "The first 2 of 9,000 rows"}
    assert of_rows(spec, 2) == spec
    spec["data"]["values"][0]["y"] = None
    assert of_rows(spec, 2)["title"]["subtitle"] == "1 of 2 without a value"
    assert of_rows(spec, 9_000)["title"]["subtitle"] == "The first 2 of 9,000 rows; 1 of 2 without a value"


@pytest.mark.parametrize("title", [1, {"text": 1}, {"text": "a", "href": "b"}, {"text": "a", "subtitle": ["b"]}])
def test_a_title_is_a_text_and_a_line_below_it(title: Any) -> None:
    check_spec({**plain(), "title": {"text": "a", "subtitle": "b"}})
    with pytest.raises(UnsafeSpec):
        check_spec({**plain(), "title": title})


def test_whole_numbers_have_no_half_ticks() -> None:
    columns = [Column("year", "BIGINT"), Column("n", "HUGEINT"), Column("share", "DOUBLE")]
    rows = [(2012, 1, 0.5), (2013, 2, 0.7)]
    whole = chart_spec(ChartHint("line", "year", "n"), columns, rows)
    assert whole is not None
    assert whole["encoding"]["x"]["axis"] == {"tickMinStep": 1, "format": "d"}
    assert whole["encoding"]["y"]["axis"] == {"tickMinStep": 1, "format": ",d"}
    bars = chart_spec(ChartHint("bar", "year", "share"), columns, rows)
    assert bars is not None
    assert not [channel for channel in bars["encoding"].values() if "axis" in channel]


def test_points_are_bounded_and_finite() -> None:
    rows = [(float(i), float("nan")) for i in range(MAX_POINTS + 1)]
    spec = chart_spec(ChartHint("scatter", "a", "b"), [Column("a", "DOUBLE"), Column("b", "DOUBLE")], rows)
    assert spec is not None
    assert len(spec["data"]["values"]) == MAX_POINTS
    assert spec["data"]["values"][0] == {"x": 0.0, "y": None}


@pytest.mark.parametrize(
    ("hint", "rows"),
    [
        (ChartHint("bar", "nowhere", "n"), [("a", 1), ("b", 2)]),
        (ChartHint("bar", "n", "name"), [("a", 1), ("b", 2)]),
        (ChartHint("bar", "name", "list"), [("a", 1), ("b", 2)]),
        (ChartHint("bar", "name", "n"), [("a", 1)]),
    ],
)
def test_a_hint_that_does_not_fit_gives_no_chart(hint: ChartHint, rows: list[tuple[str, int]]) -> None:
    columns = [Column("name", "VARCHAR"), Column("n", "BIGINT"), Column("list", "INTEGER[]")]
    assert chart_spec(hint, columns, rows) is None


def test_a_plain_chart_is_safe() -> None:
    check_spec(plain())


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("data", "url"), "https://example.invalid/x.json"),
        (("data", "values"), "https://example.invalid/x.json"),
        (("data", "values", 0, "y"), {"signal": "1"}),
        (("data", "values", 0, "z"), 1),
        (("datasets",), {"a": []}),
        (("transform",), [{"calculate": "datum.x + 1", "as": "z"}]),
        (("transform",), [{"lookup": "x", "from": {"data": {"url": "x"}}}]),
        (("params",), [{"name": "p", "expr": "1"}]),
        (("signals",), []),
        (("usermeta",), {"embedOptions": {"loader": {}}}),
        (("config",), {"background": {"expr": "1"}}),
        (("layer",), []),
        (("$schema",), "https://example.invalid/schema.json"),
        (("title",), {"text": {"signal": "1"}}),
        (("mark",), "bar"),
        (("mark", "type"), "image"),
        (("mark", "href"), "javascript:alert(1)"),
        (("mark", "tooltip"), {"expr": "1"}),
        (("encoding", "href"), {"field": "x", "type": "nominal"}),
        (("encoding", "url"), {"field": "x", "type": "nominal"}),
        (("encoding", "x", "field"), "x['constructor']"),
        (("encoding", "x", "field"), {"repeat": "row"}),
        (("encoding", "x", "axis"), {"labelExpr": "datum.label"}),
        (("encoding", "x", "axis"), {"tickMinStep": 1, "format": "d", "labelExpr": "datum.label"}),
        (("encoding", "x", "axis"), {"tickMinStep": {"signal": "1"}, "format": "d"}),
        (("encoding", "x", "axis"), {"tickMinStep": True, "format": "d"}),
        (("encoding", "x", "axis"), None),
        (("encoding", "x", "type"), "geojson"),
        (("encoding", "x", "sort"), {"field": "y"}),
        (("encoding", "x", "aggregate"), "count"),
    ],
)
def test_everything_else_is_refused(place: tuple[Any, ...], value: Any) -> None:
    spec = plain()
    target: Any = spec
    for step in place[:-1]:
        target = target[step]
    target[place[-1]] = value
    with pytest.raises(UnsafeSpec):
        check_spec(spec)


def test_too_many_points_and_missing_parts_are_refused() -> None:
    spec = plain()
    spec["data"]["values"] = [{"x": 1, "y": 1}] * (MAX_POINTS + 1)
    with pytest.raises(UnsafeSpec, match="5,001 points"):
        check_spec(spec)
    with pytest.raises(UnsafeSpec, match="needs data"):
        check_spec({"mark": {"type": "bar"}})
