"""Agents that are stopped in the middle of a call to a model."""
