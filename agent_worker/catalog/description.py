"""The optional file beside the data in which its owner says what it means."""

from collections.abc import Sequence
from pathlib import Path

from bus.catalog import CatalogTable, Description


class DescriptionError(Exception):
    """The file is wrong: the message names file, key, what was expected, and the nearest spelling."""


def read_description(file: Path, tables: Sequence[CatalogTable]) -> Description:
    return Description()
