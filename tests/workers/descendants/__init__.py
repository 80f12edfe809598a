"""Agents that start other processes, which try to outlive them."""
