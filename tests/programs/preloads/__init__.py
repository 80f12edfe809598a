"""Modules that are loaded into a fork server, and what that does to its workers."""
