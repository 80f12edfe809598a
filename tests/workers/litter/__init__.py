"""Agents that leave files behind."""
