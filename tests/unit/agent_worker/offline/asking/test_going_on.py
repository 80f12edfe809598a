"""Texts that go on from an earlier question change just what they say; where that cannot be told, it is asked back."""

from collections.abc import Sequence

import pytest

from agent_worker.offline.planner import plan
from agent_worker.plan import Plan, SqlPlan, Turn
from bench.questions import Data, same_rows
from bus.contract.events import Clarification


def last(data: Data, texts: Sequence[str]) -> Plan:
    return plan(texts[-1], data.catalog, [Turn(text) for text in texts[:-1]])


MONTHS = "date_trunc('month', order_date)"


@pytest.mark.parametrize(
    ("texts", "sql"),
    [
        (
            ["how many orders by month", "only for 2024"],
            f"SELECT {MONTHS}, count(*) FROM orders WHERE year(order_date) = 2024 GROUP BY ALL",
        ),
        (["how many orders in 2023", "and 2024?"], "SELECT count(*) FROM orders WHERE year(order_date) = 2024"),
        (
            ["how many orders in March 2023", "in April"],
            "SELECT count(*) FROM orders WHERE strftime(order_date, '%Y-%m') = '2023-04'",
        ),
        (["how many orders", "how many of those are cancelled"],
         "SELECT count(*) FROM orders WHERE status = 'cancelled'"),
        (
            ["how many orders in 2023", "how many of them were shipped"],
            "SELECT count(*) FROM orders WHERE year(order_date) = 2023 AND status = 'shipped'",
        ),
        (
            ["which customers are from Germany", "how many of those are older than 40"],
            "SELECT count(*) FROM customers WHERE country = 'Germany' AND age > 40",
        ),
        (["number of customers by country", "and by city?"], "SELECT city, count(*) FROM customers GROUP BY ALL"),
        (
            ["number of customers by country", "also by city"],
            "SELECT country, city, count(*) FROM customers GROUP BY ALL",
        ),
        (
            ["number of customers by country", "the same for Germany"],
            "SELECT country, count(*) FROM customers WHERE country = 'Germany' GROUP BY ALL",
        ),
        (
            ["number of customers by city", "top 2", "bottom 2 instead"],
            "SELECT city, count(*) FROM customers GROUP BY ALL ORDER BY 2 LIMIT 2",
        ),
        (
            ["which country has the most customers", "and the fewest"],
            "SELECT country, count(*) FROM customers GROUP BY ALL ORDER BY 2 LIMIT 1",
        ),
        (
            ["average price of products by category", "now the maximum"],
            "SELECT category, max(price) FROM products GROUP BY ALL",
        ),
        (
            ["average price of products by category", "and the number of products"],
            "SELECT category, count(*) FROM products GROUP BY ALL",
        ),
        (["products sorted by price descending", "top 3"], "SELECT name FROM products ORDER BY price DESC LIMIT 3"),
        (
            ["number of orders by month", "break it down by status"],
            f"SELECT {MONTHS}, status, count(*) FROM orders GROUP BY ALL",
        ),
        (
            ["number of orders by month", "by quarter instead"],
            "SELECT date_trunc('quarter', order_date), count(*) FROM orders GROUP BY ALL",
        ),
        (
            ["number of orders by status", "in percent"],
            "SELECT status, 100 * count(*) / sum(count(*)) OVER () FROM orders GROUP BY ALL",
        ),
        (["orders with status cancelled", "pending"], "SELECT order_id FROM orders WHERE status = 'pending'"),
        (
            ["how many orders with status shipped", "except in 2023"],
            "SELECT count(*) FROM orders WHERE status = 'shipped' AND year(order_date) <> 2023",
        ),
        (["how many products with price over 100", "under 50"], "SELECT count(*) FROM products WHERE price < 50"),
        (
            ["list customers", "from France", "older than 30", "younger than 60"],
            "SELECT name FROM customers WHERE country = 'France' AND age > 30 AND age < 60",
        ),
        (
            ["how many orders", "by month", "only shipped", "in 2023"],
            f"""SELECT {MONTHS}, count(*) FROM orders WHERE status = 'shipped' AND year(order_date) = 2023
                GROUP BY ALL""",
        ),
        (
            ["what is the average total of order items", "and by product?"],
            "SELECT name, avg(total) FROM order_items JOIN products USING (product_id) GROUP BY ALL",
        ),
        (["average price of products by category", "how many orders by status"],
         "SELECT status, count(*) FROM orders GROUP BY ALL"),
        (["average price of products by category", "orders by status"],
         "SELECT status, count(*) FROM orders GROUP BY ALL"),
    ],
)  # fmt: skip
def test_it_changes_what_it_says(shop: Data, texts: list[str], sql: str) -> None:
    found = last(shop, texts)
    assert isinstance(found, SqlPlan), found
    assert same_rows(shop.rows(found.sql), shop.rows(sql)), found.reading


@pytest.mark.parametrize(
    "texts",
    [
        ["how many orders in 2023", "and how many customers?"],
        ["top 5 products by price", "by quantity"],
        ["top 5 products by price", "and by category?"],
        ["what share of orders are shipped", "in 2023"],
        ["how many orders", "in percent"],
        ["number of customers by country", "over 30"],
        ["number of customers by country", "ok"],
        ["number of customers by country", "and the average"],
        ["only for Germany"],
        ["and by customer?"],
        ["and by month?"],
        ["what about Germany"],
        ["how many of those are cancelled"],
    ],
)
def test_what_cannot_be_told_is_asked_back(shop: Data, texts: list[str]) -> None:
    assert isinstance(last(shop, texts), Clarification), texts


@pytest.mark.parametrize(("text", "kind"), [("as a chart", "bar"), ("as a line chart", "line"), ("plot that", "bar")])
def test_a_picture_is_of_the_same_figures(shop: Data, text: str, kind: str) -> None:
    before, found = (last(shop, ["orders by status", *more]) for more in ([], [text]))
    assert isinstance(before, SqlPlan)
    assert isinstance(found, SqlPlan), found
    assert found.sql == before.sql
    assert found.chart is not None
    assert found.chart.kind == kind


@pytest.mark.parametrize("texts", [["how many orders", "plot it"], ["orders by status", "as a pie chart"]])
def test_a_picture_that_there_cannot_be_is_asked_back(shop: Data, texts: list[str]) -> None:
    assert isinstance(last(shop, texts), Clarification)
