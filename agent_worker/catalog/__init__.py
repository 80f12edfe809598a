"""Reads what there is to know about a folder of data, with bounded work."""
