"""Reads by ordered rules what the chart of phrases leaves: periods, shares, terse questions, follow-ups."""
