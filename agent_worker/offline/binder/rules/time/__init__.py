"""Periods and calendars as conditions on dates."""
