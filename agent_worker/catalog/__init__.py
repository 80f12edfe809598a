"""Reads what there is to know about a folder of data, with bounded work."""

from agent_worker.catalog.description import DescriptionError
from agent_worker.catalog.files.layout import CatalogError, fingerprint
from agent_worker.catalog.reader import read_catalog

__all__ = ["CatalogError", "DescriptionError", "fingerprint", "read_catalog"]
