"""Imported once by the fork server, after `preload.py`, where there is a model: its client, and the TLS context."""

from agent_worker.llm.transport.preload import preload

preload()
