"""How an answer to a question of a public benchmark is sorted where the right statement leaves something open."""

from pathlib import Path

import duckdb
import pytest

from bench.public.faults import REASONS, digest, read_faults
from bench.public.questions import Judged, Question, Verdict, tied
from bench.public.report import at_fault, report

_PEOPLE = "CREATE TABLE people AS FROM (VALUES ('Ann', 9), ('Bob', 9), ('Cid', 3), ('Dan', 1)) AS t(name, age)"


@pytest.mark.parametrize(
    ("limit", "names", "left_open"),
    [
        ("LIMIT 1", ["Ann"], True),
        ("LIMIT 1", ["Bob"], True),
        ("LIMIT 1", ["Cid"], False),
        # all who share the first place
        ("LIMIT 1", ["Ann", "Bob"], True),
        ("LIMIT 1", ["Ann", "Cid"], False),
        ("LIMIT 2", ["Ann", "Cid"], False),
        # equals in any order, others not
        ("", ["Bob", "Ann", "Cid", "Dan"], True),
        ("", ["Bob", "Ann", "Dan", "Cid"], False),
        ("", ["Ann", "Ann", "Cid", "Dan"], False),
        ("", ["Ann", "Bob"], False),
    ],
)
def test_what_differs_only_in_the_order_of_equals_is_tied(limit: str, names: list[str], left_open: bool) -> None:
    question = Question("d", "q", f"SELECT name FROM people ORDER BY age DESC {limit}", True, [["Ann"]])
    with duckdb.connect() as engine:
        engine.execute(_PEOPLE)
        assert tied([(name, 9) for name in names], question, engine) is left_open


def _judged(question: str, verdict: Verdict) -> Judged:
    return Judged(Question("d", question, "SELECT 1", False, [[1]]), verdict, "read so", 1.0, "material")


def test_what_the_right_statement_gets_wrong_is_counted_apart_with_its_reason() -> None:
    faults = {digest("d", "mine"): "column", digest("d", "mended"): "table", digest("d", "asked"): "join"}
    judged = [_judged("mine", "wrong"), _judged("ours", "wrong"), _judged("mended", "right"), _judged("asked", "asked")]

    text = report(judged, faults, ["wrong"])

    assert (
        "all        1 right (25.0%),     0 tied (0.0%),     1 asked (25.0%),     1 wrong (25.0%),     1 faulty" in text
    )
    assert "wrong (material) [d] ours" in text
    assert "[d] mine" not in text
    assert "the benchmark's own fault: 1 (25.0%)" in text
    assert f"      1 column: {REASONS['column']}" in text
    # neither is wrong any longer
    assert f"{', '.join(sorted([digest('d', 'mended'), digest('d', 'asked')]))}" in text.partition("out of date")[2]
    assert "faulty (column) [d] mine" in report(judged, faults, ["faulty"])


def test_refusals_are_counted_by_what_stands_in_the_way() -> None:
    said = ("I understood “names” (a.name or b.name), “age” (a.age). I do not know what “{}” means in these data."
            " Choose one of these.")  # fmt: skip
    judged = [Judged(Question("d", word, "", False, []), "asked", said.format(word), 1.0) for word in ("this", "that")]

    assert "      2 I do not know what … means in these data." in report(judged, {}, [])


def test_a_fault_of_another_database_or_of_other_words_excuses_nothing() -> None:
    faults = {digest("other", "ours"): "column", digest("d", "Ours"): "column"}

    assert at_fault([_judged("ours", "wrong")], faults)[0].verdict == "wrong"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('["bad luck"]\nquestions = []', "“bad luck” is no reason"),
        ('["column"]\nquestions = ["How many?"]', "“How many\\?” is not a digest"),
        ('["column"]\nquestions = ["0123456789ab"]\n["join"]\nquestions = ["0123456789ab"]', "listed twice"),
    ],
)
def test_a_list_of_faults_that_is_not_one_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "faults.toml"
    path.write_text(text, "utf-8")

    with pytest.raises(ValueError, match=message):
        read_faults(path)


def test_the_list_of_faults_is_one() -> None:
    assert set(read_faults().values()) <= set(REASONS)


def test_a_number_beside_a_column_of_texts_is_a_text_where_equals_are_looked_for() -> None:
    sql = "SELECT name FROM people WHERE zip = 94002 GROUP BY name ORDER BY count(*) DESC LIMIT 1"
    with duckdb.connect() as engine:
        engine.execute(
            "CREATE TABLE people AS FROM (VALUES ('Ann', '94002'), ('Bob', '94002'), ('Cid', 'nil')) AS t(name, zip)"
        )
        assert tied([("Ann", 1), ("Bob", 1)], Question("d", "q", sql, False, [["Ann"]]), engine)
