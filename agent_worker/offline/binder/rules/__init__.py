"""Binds what the rules have read: the questions that the chart leaves (periods, shares, terse ones, follow-ups)."""
