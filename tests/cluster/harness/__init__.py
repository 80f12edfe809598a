"""Machines of a Ray cluster as namespaces of this one, who asks them, and who starts more of them."""
