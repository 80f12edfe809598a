"""Reaching a server: over the bus, over HTTP, or its log alone; and what is read from it."""
