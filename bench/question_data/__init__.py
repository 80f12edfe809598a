"""Folders of data that questions are asked of, made the same every time, and the catalog of a folder."""
