"""Values in the text of a saved question: literals in a statement, read back by the engine; words in a question."""

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.contract.kept.saved import Parameter, ParameterKind, SavedContent
from supervisor.api.parameters import ParameterError, check, fill

TEXT, NUMBER, DATE = ParameterKind.TEXT, ParameterKind.NUMBER, ParameterKind.DATE


def statement(text: str, *parameters: Parameter) -> SavedContent:
    return SavedContent("a name", text, statement=True, parameters=list(parameters))


def question(text: str, *parameters: Parameter) -> SavedContent:
    return SavedContent("a name", text, parameters=list(parameters))


def run(text: str) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = duckdb.sql(text).fetchall()
    return rows


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60))
def test_the_engine_reads_back_whatever_text_is_given(value: str) -> None:
    content = statement("select {value} as v -- {value} stays, it's a comment", Parameter("value"))
    assert run(fill(content, {"value": value})) == [(value,)]


@pytest.mark.parametrize(
    ("value", "written"),
    [("5", "5"), ("-5", "(-5)"), ("+5", "5"), (" 1e3 ", "1e3"), (".5", ".5"), ("5.", "5.")],
)
def test_a_number_is_one_wherever_it_stands(value: str, written: str) -> None:
    content = statement("select 1-{n}", Parameter("n", NUMBER, "0"))
    assert fill(content, {"n": value}) == f"select 1-{written}"
    assert run(fill(content, {"n": value})) == [(1 - float(value),)]


def test_a_date_is_a_literal_in_a_statement_and_plain_in_a_question() -> None:
    day = Parameter("day", DATE, "2026-02-28")
    assert run(fill(statement("select {day} + 1 > {day}", day), {})) == [(True,)]
    assert fill(question("flights on {day}", day), {"day": "2024-02-29"}) == "flights on 2024-02-29"


@pytest.mark.parametrize("kind", [NUMBER, DATE])
@pytest.mark.parametrize(
    "value", ["", "x", "1; drop table t", "2026-02-30", "1--", "٣", "2026-1-1", "nan", "1e9999", "20260101x", "1 2"]
)
def test_what_is_no_value_of_its_kind_is_refused(kind: ParameterKind, value: str) -> None:
    with pytest.raises(ParameterError, match=r"v is .* which is no"):
        fill(statement("select {v}", Parameter("v", kind)), {"v": value})


@pytest.mark.parametrize(
    "quoted",
    [
        "select '{v}'",
        "select 'it''s {v}'",
        'select 1 as "{v}"',
        "select $$ {v} $$",
        "select $t$ $$ {v} $t$",
        r"select e'\' {v}'",
        "select 1 -- {v}",
        "select /* /* */ {v} */ 1",
        "select '{v}",
    ],
)
def test_within_quotes_and_comments_there_is_no_place(quoted: str) -> None:
    with pytest.raises(ParameterError, match="stands within quotes or a comment"):
        check(statement(quoted, Parameter("v")))
    check(statement(quoted.replace("{v}", "{other}") + ""))


@pytest.mark.parametrize("before", ["'a' || ", '"c" || ', "/* ' */ ", "-- '\n", "$$'$$ || ", r"'\' || ", "date'x' || "])
def test_after_quotes_and_comments_there_is_one(before: str) -> None:
    content = statement(f"select {before}{{v}}", Parameter("v"))
    check(content)
    assert fill(content, {"v": "it's"}) == f"select {before}'it''s'"


def test_a_value_is_put_in_once() -> None:
    two = question("{a} or {b}", Parameter("a", default="{b}"), Parameter("b", default="x"))
    assert fill(two, {}) == "{b} or x"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (question("flights to {city}"), r"\{city\} stands in the text, but is no parameter"),
        (question("flights", Parameter("city", default="x")), "city does not stand in the text"),
        (question("{city}", Parameter("city")), "city is empty"),
        (question("{a}", Parameter("a", default="x"), Parameter("a", default="x")), "two parameters"),
        (question("{a b}", Parameter("a b", default="x")), "no name of a parameter"),
        (question("select * from t where a = {v}", Parameter("v", default="x")), "may be run as SQL"),
        (statement("flights to {v}", Parameter("v")), "does not begin with 'flights'"),
        (statement("select {n}", Parameter("n", NUMBER)), "n is '', which is no number"),
        (statement("select {v}", Parameter("v", default="x" * 1001)), "1,001 characters; the limit is 1,000"),
        (statement("select {v}", Parameter("v", default="\0")), "NUL"),
        (question("x", *(Parameter(f"p{n}") for n in range(21))), "21 parameters; the limit is 20"),
    ],
)
def test_what_does_not_go_together_is_refused(content: SavedContent, words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        check(content)


def test_a_value_without_a_place_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"there is no parameter 'citty'") as refused:
        fill(question("{city}", Parameter("city", default="x")), {"citty": "Rome"})
    assert refused.value.hint == "parameters: city"
