"""Conditions: comparisons, values, columns of yes and no, other things. Each rule returns fragments."""
