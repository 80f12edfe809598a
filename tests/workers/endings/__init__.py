"""Agents that end in a wrong way: by an exit, a crash, or a process that does not leave."""
