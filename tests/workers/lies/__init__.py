"""Agents that say to the supervisor what is not so, or what nobody can read."""
