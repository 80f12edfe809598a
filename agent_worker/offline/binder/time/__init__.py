"""Conditions and groups over time."""
