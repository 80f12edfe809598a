"""Agents that do what is asked of them, for tests of everything else."""
