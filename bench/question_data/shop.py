"""A small shop as Parquet files, the same every time, for questions that nobody tuned on."""

import random
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

_CITIES = (("Berlin", "Germany"), ("Hamburg", "Germany"), ("Paris", "France"), ("Lyon", "France"),
           ("Vienna", "Austria"), ("Rome", "Italy"))  # fmt: skip
_FIRST = ("Anna", "Ben", "Carla", "David", "Elena", "Felix", "Greta", "Hugo", "Ines", "Jonas")
_LAST = ("Adler", "Brandt", "Conti", "Dubois", "Egger", "Fischer")
_GOODS = {"Garden": ("Spade", "Rake", "Hose", "Lantern"), "Kitchen": ("Kettle", "Pan", "Knife", "Bowl", "Toaster"),
          "Office": ("Desk", "Chair", "Lamp"), "Sport": ("Ball", "Racket", "Helmet")}  # fmt: skip
_STATUS = ("shipped", "shipped", "shipped", "pending", "cancelled")
_START = date(2023, 1, 1)


def make_shop(folder: Path) -> Path:
    """Write customers, products, orders, order_items and reviews into a folder."""
    chance = random.Random(7)
    customers = [_customer(chance, number) for number in range(1, 41)]
    products = [
        {"product_id": number, "name": name, "category": category, "price": round(chance.uniform(5, 300), 2)}
        for number, (category, name) in enumerate(((c, n) for c, names in _GOODS.items() for n in names), 1)
    ]
    orders = [
        {"order_id": number, "customer_id": chance.randint(1, 35),
         "order_date": _START + timedelta(chance.randint(0, 700)), "status": chance.choice(_STATUS)}
        for number in range(1, 201)
    ]  # fmt: skip
    items = [_item(chance, number, products) for number in range(1, 501)]
    reviews = [
        {"review_id": number, "product_id": chance.randint(1, 13), "customer_id": chance.randint(1, 40),
         "stars": chance.randint(1, 5)}
        for number in range(1, 81)
    ]  # fmt: skip
    tables = {"customers": customers, "products": products, "orders": orders, "order_items": items, "reviews": reviews}
    return write_tables(folder, tables)


def write_tables(folder: Path, tables: Mapping[str, list[dict[str, Any]]]) -> Path:
    """A Parquet file for each table of rows; returns the folder."""
    for name, rows in tables.items():
        pq.write_table(pa.Table.from_pylist(rows), folder / f"{name}.parquet")
    return folder


def _customer(chance: random.Random, number: int) -> dict[str, Any]:
    city, country = chance.choice(_CITIES)
    name = f"{_FIRST[number % len(_FIRST)]} {_LAST[number // len(_FIRST)]}"
    signed_up = _START + timedelta(chance.randint(0, 300))
    return {"customer_id": number, "name": name, "city": city, "country": country, "age": chance.randint(18, 80),
            "signed_up": signed_up}  # fmt: skip


def _item(chance: random.Random, number: int, products: list[dict[str, Any]]) -> dict[str, Any]:
    product, quantity = chance.choice(products[:14]), chance.randint(1, 6)
    return {"order_item_id": number, "order_id": chance.randint(1, 190), "product_id": product["product_id"],
            "quantity": quantity, "total": round(product["price"] * quantity, 2)}  # fmt: skip
