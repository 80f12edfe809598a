"""Jobs and their processes, and what must hold of their ends."""
