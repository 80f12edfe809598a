"""Figures of many rows: sums, averages, spans and ratios; and how many there are."""
