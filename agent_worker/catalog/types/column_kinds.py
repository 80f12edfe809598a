"""Which of the engine's types are text and which are whole numbers. Pure."""

from bus.contract.catalog import CatalogColumn

WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")


def is_text(column: CatalogColumn) -> bool:
    return column.type == "VARCHAR" or column.type.startswith("ENUM")


def is_whole(column: CatalogColumn) -> bool:
    return column.type in WHOLE
