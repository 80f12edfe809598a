"""Drives each job from its start to its end, and up the kill ladder where it must."""
