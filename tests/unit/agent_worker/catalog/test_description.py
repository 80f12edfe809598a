"""The owner's description beside the data."""

import pytest

from agent_worker.catalog.description import DescriptionError
from bus.contract.catalog import Example, JoinKey, Measure
from tests.harness.data.folders import Folder

DESCRIPTION = """
notes = "Prices are in euros."

[[examples]]
question = "How much did we sell?"
sql = "SELECT sum(price * quantity) FROM orders;"

[measures]
revenue = {table = "orders", expression = "sum(price * quantity)"}

[synonyms]
turnover = "revenue"
client = "orders.customer"
purchases = "orders"

[keys]
"orders.customer" = "customers.number"

[default_dates]
orders = "day"
"""


@pytest.fixture
def described(folder: Folder) -> Folder:
    folder.write(
        "orders.parquet",
        "SELECT range AS customer, 2.5 AS price, 3 AS quantity, DATE '2013-01-01' AS day FROM range(10)",
    )
    folder.write("customers.parquet", "SELECT range AS number FROM range(10)")
    return folder


def test_the_owners_description_is_part_of_the_catalog(described: Folder) -> None:
    (described.path / "deadstop.toml").write_text(DESCRIPTION)
    catalog = described.read()
    description = catalog.description
    assert description.measures == (Measure("revenue", "orders", "sum(price * quantity)"),)
    assert description.synonyms == {"turnover": "revenue", "client": "orders.customer", "purchases": "orders"}
    assert catalog.keys == (JoinKey("orders", "customer", "customers", "number"),)
    assert description.default_dates == {"orders": "day"}
    assert description.notes == "Prices are in euros."
    assert description.examples == (Example("How much did we sell?", "SELECT sum(price * quantity) FROM orders"),)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[measure]", "measure = 'measure': expected a section; did you mean 'measures'?"),
        ("measures = 1", "measures = 1: expected a section [measures]"),
        ("[measures]\nm = 'x'", 'measures.m = \'x\': expected {table = "...", expression = "..."}'),
        ("[measures]\nm = {table = 'order', expression = 'x'}", "did you mean 'orders'?"),
        ("[synonyms]\nx = 'orders.customre'", "did you mean 'orders.customer'?"),
        ("examples = 'x'", "examples = 'x': expected [[examples]] with question and sql"),
        ("[[examples]]\nquestion = 'x'", 'expected question = "..." and sql = "..."'),
        ("[[examples]]\nquestion = 'x'\nsql = ''", "examples[1].sql = '': expected a text that is not empty"),
        ("[[examples]]\nquestion = 1\nsql = 'x'", "examples[1].question = 1: expected a text"),
        ("[synonyms]\nx = 1", "synonyms.x = 1: expected a text"),
        ("[keys]\norders = 'customers.number'", "keys.\"orders\" = 'orders': expected table.column"),
        ("[keys]\n'orders.customer' = 'customers.nmber'", "expected a column of customers; did you mean 'number'?"),
        ("[default_dates]\norders = 'dya'", "expected a column of orders; did you mean 'day'?"),
        ("[default_dates]\norder = 'day'", "did you mean 'orders'?"),
        ("notes = 1", "notes = 1: expected a text"),
        ("[", "not valid TOML"),
    ],
)
def test_a_mistake_in_the_description_names_file_key_and_spelling(described: Folder, text: str, says: str) -> None:
    file = described.path / "deadstop.toml"
    file.write_text(text)
    with pytest.raises(DescriptionError) as failure:
        described.read()
    assert str(failure.value).startswith(str(file))
    assert says in str(failure.value)
