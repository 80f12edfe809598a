"""What is said beside an answer."""

import duckdb

from agent_worker.agents.parquet.answer import MAX_SHOWN_CHARS, what_came, without_a_number
from agent_worker.llm.prompts.preview import Preview, PreviewBuilder
from bus.contract.events import Column


def preview(sql: str) -> Preview:
    relation = duckdb.sql(sql)
    columns = tuple(Column(name, str(kind)) for name, kind in zip(relation.columns, relation.types, strict=True))
    builder = PreviewBuilder(columns)
    for batch in relation.to_arrow_table().to_batches():
        builder.add(batch)
    return builder.build()


def test_columns_in_which_nan_stands_are_named() -> None:
    values = "VALUES (1, 'NaN', 'NaN'::DOUBLE, NULL::FLOAT), (2, 'NaN', 1.5, 'NaN')"
    assert without_a_number(preview(f"FROM ({values}) t(id, word, reading, other)")) == ["reading", "other"]


def test_infinity_and_nothing_are_numbers_like_others() -> None:
    assert without_a_number(preview("SELECT 'inf'::DOUBLE AS a, NULL::DOUBLE AS b, 1e300 AS c")) == []


def test_of_a_long_text_its_beginning_stands_in_the_answer() -> None:
    long = what_came(preview("select repeat('x', 5000) as essay, 1 as n"))
    assert long == f"essay: **{'x' * MAX_SHOWN_CHARS}…**, n: **1**"
    assert what_came(preview("select 'short' as essay, null as n")) == "essay: **short**, n: **nothing (null)**"
