"""Agents that use too much: processes, threads, memory, disk, connections, events."""
