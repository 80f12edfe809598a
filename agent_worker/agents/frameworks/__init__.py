"""Agents written with a framework: each module here runs one kind, and translates what happens into our events."""
