"""Stores as a listing, and ranges of bytes that are known to be of one version."""
