"""The unit of a result's column follows what is said of the data, and is none where that cannot be told."""

import pytest

from agent_worker.agents.parquet.units import output_units

TABLES = {"orders": ["id", "price", "discount", "weight", "city_id"], "cities": ["id", "area"]}
UNITS = {"orders.price": "EUR", "orders.discount": "EUR", "orders.weight": "kg", "cities.area": "km²"}


@pytest.mark.parametrize(
    ("sql", "unit"),
    [
        ("select price as x from orders", "EUR"),
        ("select sum(price) as x from orders", "EUR"),
        ("select round(avg(o.price), 2) as x from orders as o", "EUR"),
        ('select max("Price")::double as x from Orders', "EUR"),
        ("select median(price) filter (where id > 1) as x from orders", "EUR"),
        ("select sum(price) over (order by id) as x from orders", "EUR"),
        ("select price - discount as x from orders", "EUR"),
        ("select sum(area) as x from orders join cities on cities.id = city_id", "km²"),
        ("with big as (select sum(price) as total from orders group by id) select avg(total) as x from big", "EUR"),
        ("select x from (select -price as x from orders)", "EUR"),
        ("select *, 1 as one from (select weight as x from orders)", "kg"),
        ("select count(price) as x from orders", ""),
        ("select price * 2 as x from orders", ""),
        ("select price / weight as x from orders", ""),
        ("select price + weight as x from orders", ""),
        ("select sum(price) / sum(sum(price)) over () as x from orders", ""),
        ("select id as x from orders", ""),
        ("select id as x from orders join cities using (id)", ""),
        ("select price as x from elsewhere", ""),
        ("select price as x from orders union all select weight from orders", ""),
        ("select * exclude (price), 1 as y from orders", ""),
        ("this is no sql (", ""),
    ],
)
def test_a_column_has_the_unit_of_what_it_is_made_of(sql: str, unit: str) -> None:
    assert output_units(sql, ["x"], UNITS, TABLES) == ({"x": unit} if unit else {})


def test_without_units_nothing_is_read() -> None:
    assert output_units("select price as x from orders", ["x"], {}, TABLES) == {}
