"""Agents that do not stop when asked, or cannot: each is a rung of the kill ladder."""
